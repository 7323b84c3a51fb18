"""Expectations: what holds of which answer; and that no answer can make looking take long."""

import asyncio
import hashlib
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.model import patterns
from hexmon.model.observation import Assertion, Outcome
from hexmon.probes import http_expect
from hexmon.probes.http import BODY_LIMIT, Expectation
from hexmon.probes.http_expect import Answer, assess, hashes_for, unanswered
from tests.probes.test_http import fetch
from tests.support.servers import closed_port, hangs_up, http_reply, replies, says, serve

HEAD = b"HTTP/1.1 200 Fine\r\nContent-Type: Text/HTML;charset=x\r\nX-Two: one\r\nx-two: Two\r\n\r\n"
PAGE = b"<html><head>title</head>\n<body>All is OK</body>\n"
DOCUMENT = (
    b'{"state": "up", "load": 0.5, "count": 3, "ok": true, "none": null, "list": [{"n": "a", "v": 1}, {"n": "b"}]}'
)


def an_answer(body: bytes = PAGE, *, status: int = 200, head: bytes = HEAD, names: str = "md5 sha256") -> Answer:
    digests = {name: hashlib.new(name, body) for name in names.split()}
    return Answer(status=status, head=head, body=body, seconds=0.25, digests=digests)


async def found(expectation: Expectation, answer: Answer) -> tuple[bool | None, str]:
    (one,) = await assess((expectation,), answer)
    assert (one.what, one.severe) == (expectation.what, expectation.severe)
    return one.held, one.found


def want(what: Any, wanted: str = "", **more: Any) -> Expectation:
    return Expectation(what=what, wanted=wanted, **more)


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        pytest.param(want("body", "OK"), "OK", id="a pattern"),
        pytest.param(want("body", "ERROR", negate=True), "not ERROR", id="one that must not be found"),
        pytest.param(want("json", "up", name="$.state"), "$.state=up", id="a path and a value"),
        pytest.param(want("header", "^x", name="X-A", negate=True), "not X-A: ^x", id="a header"),
        pytest.param(want("status", "2..", bad="204"), "not 204", id="bad statuses decide"),
        pytest.param(want("status", "2.."), "2..", id="good statuses"),
    ],
)
async def test_what_was_wanted_is_put_in_words(expectation: Expectation, words: str) -> None:
    (one,) = await assess((expectation,), an_answer())
    assert one.wanted == words


@given(st.binary(max_size=60), st.integers(0, 60), st.integers(0, 5))
def test_a_text_is_found_byte_for_byte(body: bytes, start: int, length: int) -> None:
    wanted = body[start : start + length]
    text = wanted.decode("utf-8", "surrogateescape")
    assert asyncio.run(found(want("text", text), an_answer(body)))[0] is True
    assert asyncio.run(found(want("text", "x" + text), an_answer(body)))[0] is (b"x" + wanted in body)


async def test_a_text_behind_the_first_megabyte_is_not_found() -> None:
    page = b"x" * BODY_LIMIT
    async with serve(replies({b"GET": http_reply(body=page + b"END")})) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/", expect=(want("text", "END"), want("text", "xx")))).reply
    assert [(one.held, one.found) for one in reply.assertions] == [
        (False, f"nothing in the first {BODY_LIMIT} bytes"),
        (True, "it"),
    ]


MD5 = hashlib.md5(PAGE, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("expectation", "held", "text"),
    [
        pytest.param(want("text", "</body>"), True, "it", id="a text"),
        pytest.param(want("text", ".*"), False, "nothing in 48 bytes", id="that is no pattern"),
        pytest.param(want("text", "all is ok"), False, "nothing in 48 bytes", id="case matters in texts"),
        pytest.param(want("text", "X-Two"), False, "nothing in 48 bytes", id="and headers do not count"),
        pytest.param(want("text", "OK", negate=True), False, "it", id="a text that must not be there"),
        pytest.param(want("body", "All[[:space:]]is OK"), True, "it", id="the body has it"),
        pytest.param(want("body", "all is ok"), False, "nothing in 48 bytes", id="case matters"),
        pytest.param(want("body", "^<html.*title"), True, "it", id="the whole page is looked at, not only <body>"),
        pytest.param(want("body", "ERROR", negate=True), True, "nothing in 48 bytes", id="and does not have it"),
        pytest.param(want("body", "OK", negate=True), False, "it", id="but has it"),
        pytest.param(want("body", ""), True, "", id="nothing is wanted"),
        pytest.param(want("body", "X-Two"), False, "nothing in 48 bytes", id="headers do not count"),
        pytest.param(want("body", "X-Two", headers=True), True, "it", id="unless they shall"),
        pytest.param(want("body", "^<html", headers=True), True, "it", id="each begins anew"),
        pytest.param(want("body", "Fine.*title", headers=True), False, "nothing in 48 bytes", id="and ends"),
        pytest.param(want("body", "X-Two", headers=True, negate=True), False, "it", id="forbidden in headers"),
        pytest.param(want("body", "("), None, "extended regular expression", id="a bad pattern"),
        pytest.param(want("body", "x", problem="no file"), None, "no file", id="a problem that is known"),
        pytest.param(want("digest", f"md5:{MD5}"), True, f"md5:{MD5}", id="the digest"),
        pytest.param(want("digest", f"md5:{MD5.upper()}"), True, f"md5:{MD5}", id="in capitals"),
        pytest.param(want("digest", "md5:00"), False, f"md5:{MD5}", id="another digest"),
        pytest.param(want("digest", f"md5:{MD5}", negate=True), False, "md5", id="a digest that must not be"),
        pytest.param(want("digest", "rot13:00"), None, "'rot13' is not a digest", id="no digest"),
        pytest.param(want("type", "text/html"), True, "Text/HTML", id="the content type"),
        pytest.param(want("type", "text/htm"), False, "Text/HTML", id="not the beginning of it"),
        pytest.param(want("type", "text/xml", negate=True), True, "Text/HTML", id="not that type"),
        pytest.param(want("status", "2..|302"), True, "200", id="a good status"),
        pytest.param(want("status", "302"), False, "200", id="no good status"),
        pytest.param(want("status", "2..", bad="20."), False, "200", id="a bad status decides"),
        pytest.param(want("status", "302", bad="4.."), True, "200", id="also when it is not bad"),
        pytest.param(want("status", "", bad="4.."), True, "200", id="only bad ones are known"),
        pytest.param(want("status", "(?!200)"), True, "200", id="Perl's patterns"),
        pytest.param(want("status", "("), None, "not a regular expression", id="a bad status pattern"),
        pytest.param(want("header", "^two$", name="X-TWO"), True, "one, Two", id="one of several headers"),
        pytest.param(want("header", "three", name="x-two"), False, "one, Two", id="none of them"),
        pytest.param(want("header", "", name="X-No"), False, "no such header", id="no such header"),
        pytest.param(want("header", "", name="X-No", negate=True), True, "no such header", id="as it must be"),
        pytest.param(want("header", "(?=(?:o|on)+e$)", name="x-two"), True, "one, Two", id="a pattern for the thread"),
        pytest.param(want("time", "0.25"), True, "0.250", id="in time"),
        pytest.param(want("time", "0.2", severe=False), False, "0.250", id="too late, which is a warning"),
        pytest.param(want("time", "soon"), None, "'soon' is not a number of seconds", id="no time"),
        pytest.param(want("json", "x", name="$.a"), False, "not JSON", id="no JSON"),
    ],
)
async def test_expectations(expectation: Expectation, held: bool | None, text: str) -> None:
    result = await found(expectation, an_answer())
    assert result[0] is held
    assert text in result[1]


@pytest.mark.parametrize(
    ("path", "wanted", "held", "text"),
    [
        pytest.param("$.state", "up", True, '"up"', id="a text"),
        pytest.param("$.state", '"up"', True, '"up"', id="a text in quotes"),
        pytest.param("$.state", "down", False, '"up"', id="another text"),
        pytest.param("$.count", "3", True, "3", id="a number"),
        pytest.param("$.count", "3.0", True, "3", id="the same number"),
        pytest.param("$.load", "0.50", True, "0.5", id="a fraction"),
        pytest.param("$.ok", "true", True, "true", id="true"),
        pytest.param("$.ok", "1", False, "true", id="true is not 1"),
        pytest.param("$.list[0].v", "true", False, "1", id="1 is not true"),
        pytest.param("$.none", "null", True, "null", id="null"),
        pytest.param("$.none", "", False, "null", id="null is not empty"),
        pytest.param("$.gone", "x", False, "nothing there", id="nothing there"),
        pytest.param("$.list[?@.n=='b']", '{"n":"b"}', True, '{"n":"b"}', id="a filter, an object"),
        pytest.param("$..n", "b", True, '"b"', id="any of several values"),
        pytest.param("$..n", "c", False, '"a"', id="none of them"),
        pytest.param("$.list[?match(@.n, 'A|b')].n", "b", True, '"b"', id="match"),
        pytest.param("$.list[?search(@.n, '^.$')].n", "b", True, '"b"', id="search"),
        pytest.param("$.list[?search(@.n, '(')].n", "b", False, "nothing there", id="a bad pattern in the path"),
        pytest.param("$[", "b", None, "is not a JSONPath", id="a bad path"),
        pytest.param("state", "up", None, "is not a JSONPath", id="no root"),
    ],
)
async def test_json(path: str, wanted: str, held: bool | None, text: str) -> None:
    result = await found(want("json", wanted, name=path), an_answer(DOCUMENT))
    assert result[0] is held
    assert text in result[1]
    negated = await found(want("json", wanted, name=path, negate=True), an_answer(DOCUMENT))
    assert negated == (None if held is None else not held, result[1])


@pytest.mark.parametrize(
    ("body", "held"), [(b'"x"', True), (b' "y" ', False), (b"", False), (b'{"a":1}', False), (b"\xff", False)]
)
async def test_the_root_of_a_document(body: bytes, held: bool) -> None:
    assert (await found(want("json", "x", name="$"), an_answer(body)))[0] is held


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        pytest.param("$..a", b"[" * 100_000, "nested too deeply", id="brackets without end"),
        pytest.param("$..a", b"[" * 500 + b"]" * 500, "nested too deeply", id="deeper than paths go"),
        pytest.param("$..*..*", b"[" + b"[1]," * 20_000 + b"[1]]", "too large for this path", id="a square of work"),
        pytest.param("$[?count(@..*)>1]", b"[" + b"[1,[2]]," * 9000 + b"1]", "", id="a filter"),
        pytest.param("$.a", b"1" * 100_000, "not JSON", id="a number without end"),
        pytest.param("$.a", b'{"a":"' + b"x" * 300_000 + b'"}', "larger than", id="too large at all"),
        pytest.param("$[?search(@, '(a+)+$')]", b'["' + b"a" * 50_000 + b'!"]', "nothing there", id="a slow pattern"),
    ],
)
async def test_hostile_documents(path: str, body: bytes, text: str) -> None:
    held, said = await found(want("json", "x", name=path), an_answer(body))
    assert held is False
    assert text in said
    assert len(said) < 300


async def test_a_body_is_looked_at_up_to_the_first_nul() -> None:
    answer = an_answer(b"one\0two")
    assert (await found(want("body", "two"), answer))[0] is False
    assert (await found(want("body", "one$"), answer))[0] is True
    digits = hashlib.sha256(b"one\0two").hexdigest()
    assert (await found(want("digest", f"sha256:{digits}"), answer))[0] is True


async def test_only_what_may_take_long_is_done_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    look = http_expect._assess

    def noted(expected: Sequence[Expectation], answer: Answer) -> tuple[Assertion, ...]:
        threads.append(threading.current_thread())
        return look(expected, answer)

    monkeypatch.setattr(http_expect, "_assess", noted)
    await found(want("body", "OK"), an_answer())
    await found(want("body", "OK"), an_answer(PAGE * 10_000))
    await found(want("body", r"(O)K\1"), an_answer())
    assert [one is threading.main_thread() for one in threads] == [True, False, False]


async def test_a_pattern_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.01)
    answer = an_answer(b"a" * 60 + b"!", head=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 60 + b"!\r\n\r\n")
    assert await found(want("body", r"^(a|aa)+c(a)\2$"), answer) == (None, "took too long to look for")
    assert await found(want("header", r"^(?=(a|aa)+c)", name="X"), answer) == (None, "took too long to look for")


async def test_the_loop_goes_on_while_a_large_body_is_looked_at() -> None:
    answer = an_answer(b"ab" * (BODY_LIMIT // 2))
    slow = tuple(want("body", f"(a|b){{{number}}}[xy]") for number in range(100, 120))
    turns = 0
    async with asyncio.TaskGroup() as group:
        task = group.create_task(assess(slow, answer))
        while not task.done():
            await asyncio.wait([task], timeout=0.001)
            turns += 1
    assert turns > 1
    assert {one.held for one in task.result()} == {False}
    assert task.result()[0].found == f"nothing in the first {BODY_LIMIT} bytes"


def test_without_an_answer_only_the_status_can_be_looked_at() -> None:
    expected = (
        want("status", "2..|999"),
        want("status", "2.."),
        want("body", "x"),
        want("time", "9"),
        want("body", problem="p"),
    )
    assert unanswered(expected) == (
        Assertion(what="status", wanted="2..|999", found="999", held=True),
        Assertion(what="status", wanted="2..", found="999", held=False),
        Assertion(what="body", wanted="x", found="nothing was retrieved", held=None),
        Assertion(what="time", wanted="9", found="nothing was retrieved", held=None),
        Assertion(what="body", wanted="", found="p", held=None),
    )


ALL = ("body", "digest", "type", "status", "header", "json", "time")


@given(
    st.builds(
        Expectation,
        what=st.sampled_from(ALL),
        wanted=st.text(max_size=12) | st.sampled_from(["md5:", "text/html", "200", "{}", "OK"]),
        name=st.text(max_size=6) | st.sampled_from(["$..a", "Content-Type"]),
        negate=st.booleans(),
        headers=st.booleans(),
    ),
    st.binary(max_size=60) | st.sampled_from([PAGE, DOCUMENT]),
    st.binary(max_size=40) | st.just(HEAD),
)
def test_nothing_that_comes_raises(expectation: Expectation, body: bytes, head: bytes) -> None:
    answer = an_answer(body, head=head)
    (one,) = asyncio.run(assess((expectation,), answer))
    assert one.held in {True, False, None}
    assert len(one.found) < 1000


EXPECT = (
    want("status", "200"),
    want("body", "abcde"),
    want("digest", f"sha1:{hashlib.sha1(b'abcde', usedforsecurity=False).hexdigest()}"),
    want("type", "text/plain"),
    want("header", "^1$", name="X-A"),
    want("json", "x", name="$.a", negate=True),
    want("time", "5"),
)


async def test_a_fetched_page_is_looked_at_in_order() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; x\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    async with serve(replies({b"": answer})) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/", expect=EXPECT)).reply
    assert [one.what for one in reply.assertions] == ["status", "body", "digest", "type", "header", "json", "time"]
    assert [one.held for one in reply.assertions] == [True, True, True, True, True, False, True]
    assert 0 <= float(reply.assertions[-1].found) < 5


@pytest.mark.parametrize("status", ["404 Gone", "500 Bad", "302 Found"])
async def test_other_statuses_are_looked_at_too(status: str) -> None:
    async with serve(replies({b"": http_reply(status, body=b"abcde")})) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/", expect=EXPECT[:2])).reply
    assert [(one.held, one.found) for one in reply.assertions] == [(False, status[:3]), (True, "it")]


@pytest.mark.parametrize("case", ["refused", "unresolved", "silent", "cut short", "not HTTP"])
async def test_no_answer_is_status_999(case: str) -> None:
    dialogue = {"silent": says(), "cut short": hangs_up(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcde")}
    async with serve(dialogue.get(case, hangs_up(b"+OK abcde\r\n"))) as port:
        place = {"refused": f"127.0.0.1:{closed_port()}", "unresolved": "nowhere.test"}.get(case, f"127.0.0.1:{port}")
        reply = (await fetch(f"http://{place}/", within=0.5, expect=EXPECT)).reply
    assert reply.outcome is not Outcome.OK
    assert [one.held for one in reply.assertions] == [False, *[None] * 6]
    assert reply.assertions[0].found == "999"


@pytest.mark.parametrize("size", [BODY_LIMIT, BODY_LIMIT + 1, 3 * BODY_LIMIT])
async def test_a_digest_is_that_of_the_whole_body(size: int) -> None:
    body = b"0123456789abcdef" * (size // 16) + b"x" * (size % 16)
    expect = (want("digest", f"sha256:{hashlib.sha256(body).hexdigest()}"),)
    async with serve(replies({b"": http_reply(body=body)})) as port:
        reply = (await fetch(f"http://127.0.0.1:{port}/", expect=expect)).reply
    assert (reply.outcome, reply.assertions[0].held) == (Outcome.OK, True)
    assert reply.facts["bytes"] == BODY_LIMIT
    assert reply.evidence.partition(b"\r\n\r\n")[2] == body[:BODY_LIMIT]


def test_digests_that_need_more_than_a_name_are_not_computed() -> None:
    assert hashes_for(
        (want("digest", "shake_128:00"), want("digest", "nothing:00"), want("digest", "md5:00"))
    ).keys() == {"md5"}
