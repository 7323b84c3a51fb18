"""Messages that wait on a machine until servers fetch them."""

from collections.abc import Iterator

import pytest
from hypothesis import given, strategies

from hexmon.agent.msgcache import MessageCache
from hexmon.agent.spool import Waiting
from hexmon.ingest.pull import Pulled, parse_pulled


def fetched(cache: MessageCache, now: float, request: bytes = b"pullclient 1\n") -> list[Pulled]:
    """What a server gets, all of it read."""
    messages, mistake = parse_pulled(b"".join(cache.fetch(request, now)))
    assert mistake == ""
    return messages


def test_what_was_kept_is_fetched_once_by_each_server_with_its_age() -> None:
    cache = MessageCache()
    cache.put(b"status a.b green", 100.0)
    cache.put(b"data a.c\n1", 110.5)
    both = [Pulled(20, b"status a.b green"), Pulled(9, b"data a.c\n1")]
    assert fetched(cache, 120.0) == both
    assert fetched(cache, 120.0) == []
    assert fetched(cache, 120.0, b"pullclient 31\n") == both
    assert [one.message for one in fetched(cache, 121.0, b"pullclient 2\n")] == [one.message for one in both]


@pytest.mark.parametrize(
    "request_", [b"pullclient\n", b"pullclient 0\n", b"pullclient 32\n", b"pullclient x", b"pullclient " + b"9" * 5000]
)
def test_who_has_no_number_gets_everything_each_time(request_: bytes) -> None:
    cache = MessageCache()
    cache.put(b"status a.b green", 100.0)
    assert len(fetched(cache, 101.0, request_)) == 1
    assert len(fetched(cache, 101.0, request_)) == 1
    assert len(fetched(cache, 101.0)) == 1


def test_an_answer_that_was_not_read_to_its_end_is_given_again() -> None:
    cache = MessageCache()
    cache.put(b"status a.b green", 100.0)
    answer: Iterator[bytes] = cache.fetch(b"pullclient 1\n", 101.0)
    next(answer)
    next(answer)
    assert len(fetched(cache, 102.0)) == 1


def test_nothing_kept_is_an_empty_answer() -> None:
    assert b"".join(MessageCache().fetch(b"pullclient 1\n", 100.0)) == b""


def test_an_agent_is_answered_with_what_the_last_server_brought() -> None:
    cache = MessageCache()
    assert cache.put(b"client a.linux linux\n", 100.0) == b""
    fetched(cache, 101.0, b"pullclient 1\nlog:/var/log/messages:10240\n")
    assert cache.put(b"client a.linux linux\n", 102.0) == b"log:/var/log/messages:10240\n"
    assert cache.put(b"client/mq a.linux\n", 102.0) == b""
    assert cache.put(b"status a.b green", 102.0) == b""
    fetched(cache, 103.0, b"pullclient 1")
    assert cache.put(b"client a.linux linux\n", 104.0) == b"log:/var/log/messages:10240\n"


def test_old_ones_are_forgotten() -> None:
    cache = MessageCache(max_age=600.0)
    cache.put(b"status a.b green", 100.0)
    cache.put(b"status a.c green", 400.0)
    assert [one.message for one in fetched(cache, 700.0)] == [b"status a.c green"]
    cache.expire(1000.0)
    assert (len(cache), cache.size, cache.counts["expired"]) == (0, 0, 1)


def test_the_oldest_make_room() -> None:
    cache = MessageCache(most_bytes=50)
    for number in range(5):
        cache.put(b"status a.b green %02d" % number, 100.0)
    assert [one.message[-2:] for one in fetched(cache, 101.0)] == [b"03", b"04"]
    assert cache.counts["dropped"] == 3


def test_a_big_store_is_fetched_in_parts() -> None:
    cache = MessageCache(reply=1000)
    for number in range(10):
        cache.put(b"status a.%d green " % number + b"x" * 300, 100.0)
    cache.put(b"status a.big green " + b"x" * 3000, 100.0)
    parts = []
    while part := fetched(cache, 101.0):
        parts.append(len(part))
    assert sum(parts) == 11
    assert len(parts) == 5


@pytest.mark.parametrize("question", [b"query a.b", b"config x.cfg", b"ping", b"", b"dummy"])
def test_what_cannot_be_answered_here_is_not_kept(question: bytes) -> None:
    cache = MessageCache()
    assert cache.put(question, 100.0) == b""
    assert len(cache) == 0


def test_only_what_nobody_has_outlives_a_restart() -> None:
    cache = MessageCache()
    cache.put(b"status a.b green", 100.0)
    fetched(cache, 101.0)
    cache.put(b"status a.c green", 102.0)
    assert cache.unfetched() == [Waiting(102.0, b"status a.c green")]
    again = MessageCache()
    again.restore(cache.unfetched()[0])
    assert fetched(again, 104.0) == [Pulled(2, b"status a.c green")]


@given(strategies.lists(strategies.binary(max_size=50)), strategies.binary(max_size=30))
def test_whatever_is_kept_is_fetched_as_it_was(written: list[bytes], tail: bytes) -> None:
    cache = MessageCache()
    for message in written:
        cache.put(b"status " + message, 100.0)
    found = fetched(cache, 100.0, b"pullclient 1" + tail)
    assert [one.message for one in found] == [(b"status " + message).partition(b"\0")[0] for message in written]


def test_an_answer_that_nobody_reads_is_no_copy_of_all_that_is_kept() -> None:
    """There may be thousands of readers who read nothing but its beginning."""
    cache = MessageCache()
    big = bytes(1_000_000)
    for message in [b"status a.b green\n"] * 10_000 + [b"status" + big] * 3:
        cache.put(message, 0.0)
    _, *pieces = cache.fetch(b"pullclient\n", 0.0)
    assert len(b"".join(pieces)) == cache.size
    assert max(map(len, pieces)) < 1_200_000
    assert len(pieces) < 20
