"""The tags that fetch URLs: what each asks for, and the square it makes."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.inventory.families.web import FAMILY
from hexmon.inventory.meaning import Site
from hexmon.inventory.policies import Defaults
from hexmon.inventory.web_options import OPTIONS
from hexmon.inventory.web_specs import FORM, SOAP, unescape
from hexmon.inventory.web_tags import WebTag, columns_of
from hexmon.inventory.xymon_tags import TagReader
from hexmon.model.observation import Check, Judging
from hexmon.probes.http_options import Expectation, HttpOptions
from tests.support.inventory import SERVICES, SomeFiles, an_inventory_of

READER = TagReader(SERVICES, (FAMILY,))
URL = "http://a/"
MD5 = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
FORM_TYPE = f"Content-Type: {FORM}"
SOAP_TYPE = f"Content-Type: {SOAP}"


def plain(**more: Any) -> HttpOptions:
    return HttpOptions(url=URL, **more)


def body(wanted: str, **more: Any) -> tuple[Expectation, ...]:
    return (Expectation(what="body", wanted=wanted, **more),)


def posted(data: bytes, *headers: str, **more: Any) -> HttpOptions:
    return plain(method="POST", body=data, headers=headers or (FORM_TYPE,), **more)


@pytest.mark.parametrize(
    ("tag", "fetch"),
    [
        pytest.param("http://a", plain(), id="a URL"),
        pytest.param("http=COL;http://a/b;c", HttpOptions(url="http://a/b;c"), id="with its own column"),
        pytest.param("http;http://a/", plain(), id="without one"),
        pytest.param("httphead;http://a/", plain(method="HEAD"), id="only the headers"),
        pytest.param("cont;http://a/;x.*y", plain(expect=body("x.*y")), id="an expression"),
        pytest.param(
            "cont;http://a/%3Bb;x", HttpOptions(url="http://a/%3Bb", expect=body("x")), id="an escaped semicolon"
        ),
        pytest.param("cont;http://a/;x;y", plain(expect=body("x;y")), id="semicolons in the last field"),
        pytest.param(r"cont;http://a/;a\x20b\n\\.", plain(expect=body("a b\n\\.")), id="escapes"),
        pytest.param(r"cont;http://a/;\xc3\xbc", plain(expect=body("\u00fc")), id="bytes that are UTF-8"),
        pytest.param(r"cont;http://a/;\xfc", plain(expect=body("\udcfc")), id="bytes that are not"),
        pytest.param("CONT;http://a/;x", plain(expect=body("x")), id="in capitals"),
        pytest.param("cont;http://a/;", plain(expect=body("")), id="no expression"),
        pytest.param("nocont;http://a/;x", plain(expect=body("x", negate=True)), id="a forbidden expression"),
        pytest.param(
            f"cont;http://a/;#MD5:{MD5.upper()}",
            plain(expect=(Expectation(what="digest", wanted=f"md5:{MD5}"),)),
            id="a digest, in capitals",
        ),
        pytest.param(
            f"cont;http://a/;#rmd160:{'0' * 40}",
            plain(expect=(Expectation(what="digest", wanted=f"ripemd160:{'0' * 40}"),)),
            id="a digest by the name that OpenSSL has for it",
        ),
        pytest.param(
            f"nocont;http://a/;#md5:{MD5}",
            plain(expect=(Expectation(what="digest", wanted=f"md5:{MD5}", negate=True),)),
            id="a forbidden digest",
        ),
        pytest.param(r"cont;http://a/;\x23md5:00", plain(expect=body("#md5:00")), id="a # that is text"),
        pytest.param("post;http://a/;a=b", posted(b"a=b"), id="data"),
        pytest.param("post;http://a/;a=b;", posted(b"a=b", expect=body("")), id="data and no expression"),
        pytest.param("post;http://a/;;x", posted(b"", expect=body("x")), id="no data"),
        pytest.param(r"post;http://a/;a\x3bb\\;x;y", posted(b"a;b\\", expect=body("x;y")), id="data with escapes"),
        pytest.param("nopost;http://a/;a;x", posted(b"a", expect=body("x", negate=True)), id="forbidden after data"),
        pytest.param(
            "post;http://a/;(content-type=text/xml)<a/>;x",
            posted(b"<a/>", "Content-Type: text/xml", expect=body("x")),
            id="data of another type",
        ),
        pytest.param(
            r"post;http://a/;(Content-Type=text/xml\x3bcharset=x\r\nX:y)z",
            posted(b"z", "Content-Type: text/xml;charset=x X:y"),
            id="a type stays one header",
        ),
        pytest.param(
            "soap;http://u:p@a/;<a/>;x",
            HttpOptions(
                url="http://u:p@a/",
                method="POST",
                body=b"<a/>",
                headers=(SOAP_TYPE, "SOAPAction: http://a/"),
                expect=body("x"),
            ),
            id="a SOAP message names its action without the password",
        ),
        pytest.param(
            "nosoap;http://a/;<a/>;x",
            posted(b"<a/>", SOAP_TYPE, "SOAPAction: http://a/", expect=body("x", negate=True)),
            id="nosoap",
        ),
        pytest.param(
            "type;http://a/;text/html", plain(expect=(Expectation(what="type", wanted="text/html"),)), id="a type"
        ),
        pytest.param(
            "httpstatus;http://a/;2..|302;",
            plain(expect=(Expectation(what="status", wanted="2..|302"),)),
            id="good statuses",
        ),
        pytest.param(
            r"httpstatus;http://a/;\d+;4..",
            plain(expect=(Expectation(what="status", wanted=r"\d+", bad="4.."),)),
            id="good and bad statuses",
        ),
        pytest.param(
            "httpstatus;http://a/;;500",
            plain(expect=(Expectation(what="status", bad="500"),)),
            id="bad statuses alone",
        ),
        pytest.param("web;http://a/", plain(), id="our own tag"),
    ],
)
def test_what_a_tag_asks_for(tag: str, fetch: HttpOptions) -> None:
    meaning = READER.read(tag)
    assert (meaning.parsed.fetch, meaning.mistakes) == (fetch, ())


def the_options(options: str) -> HttpOptions:
    meaning = READER.read(f"web;http://a/;{options}")
    assert meaning.mistakes == ()
    fetch = meaning.parsed.fetch
    assert isinstance(fetch, HttpOptions)
    return fetch


@pytest.mark.parametrize(
    ("options", "fetch"),
    [
        pytest.param("follow=3", plain(follow=3), id="redirects"),
        pytest.param("Follow=3", plain(follow=3), id="in capitals"),
        pytest.param("follow", plain(follow=10), id="redirects, as many as usual"),
        pytest.param("verify;http=2", plain(verify=True, version="2"), id="two options"),
        pytest.param(";;http=1.0;", plain(version="1.0"), id="empty ones"),
        pytest.param("source=127.0.0.9", plain(source="127.0.0.9"), id="where it comes from"),
        pytest.param("method=put", plain(method="PUT"), id="a method"),
        pytest.param(r"data=a\x20b", posted(b"a b"), id="data"),
        pytest.param(
            "data=(content-type=text/json){};method=PATCH",
            plain(method="PATCH", body=b"{}", headers=("Content-Type: text/json",)),
            id="data, its type and another method",
        ),
        pytest.param("send=X-A: b", plain(headers=("X-A: b",)), id="a header to send"),
        pytest.param(
            "send=X-A:b;data=;send=C:d", posted(b"", FORM_TYPE, "X-A: b", "C: d"), id="several headers to send"
        ),
        pytest.param(
            "status=20[01];status!=5..",
            plain(expect=(Expectation(what="status", wanted="20[01]"), Expectation(what="status", bad="5.."))),
            id="statuses",
        ),
        pytest.param("body=a b", plain(expect=body("a b")), id="an expression"),
        pytest.param(r"body!=a\;b\.c", plain(expect=body(r"a;b\.c", negate=True)), id="a forbidden one, a semicolon"),
        pytest.param(
            "header=X-A:^b:",
            plain(expect=(Expectation(what="header", name="X-A", wanted="^b:"),)),
            id="a header",
        ),
        pytest.param(
            "header!=Server:.",
            plain(expect=(Expectation(what="header", name="Server", wanted=".", negate=True),)),
            id="a forbidden header",
        ),
        pytest.param(
            "type=text/html", plain(expect=(Expectation(what="type", wanted="text/html"),)), id="a content type"
        ),
        pytest.param(
            "json=$.a.b=c=d",
            plain(expect=(Expectation(what="json", name="$.a.b", wanted="c=d"),)),
            id="a value in JSON",
        ),
        pytest.param(
            "json=$.a[?@.b=='=]'].c!=1",
            plain(expect=(Expectation(what="json", name="$.a[?@.b=='=]'].c", wanted="1", negate=True),)),
            id="a path with signs of equality",
        ),
        pytest.param(
            "json!=$.a=",
            plain(expect=(Expectation(what="json", name="$.a", wanted="", negate=True),)),
            id="not the empty value",
        ),
        pytest.param(
            "time=500ms:2s",
            plain(
                expect=(
                    Expectation(what="time", wanted="0.5", severe=False),
                    Expectation(what="time", wanted="2"),
                )
            ),
            id="two limits of time",
        ),
        pytest.param("time=1.5", plain(expect=(Expectation(what="time", wanted="1.5"),)), id="an alarm alone"),
        pytest.param(
            "time=1m:", plain(expect=(Expectation(what="time", wanted="60", severe=False),)), id="a warning alone"
        ),
    ],
)
def test_options_of_our_own_tag(options: str, fetch: HttpOptions) -> None:
    assert the_options(options) == fetch


@pytest.mark.parametrize(
    ("tag", "mistake"),
    [
        pytest.param("cont;;x", "'' is not a URL", id="no URL"),
        pytest.param("cont;file:///etc/passwd;root", "'file:///etc/passwd' is not a URL", id="no web server"),
        pytest.param("http=COL;", "'' is not a URL", id="nothing behind the column"),
        pytest.param("http=COL", "'http=COL' has no URL", id="not even a semicolon"),
        pytest.param("cont=", "'cont=' has no URL", id="a sign and nothing else"),
        pytest.param("content=", "'' is not a URL", id="nothing behind the old tag"),
        pytest.param("cont=;http://a/;x", "'cont=' does not name a column", id="an empty column"),
        pytest.param("cont=a.b;http://a/;x", "'cont=a.b' does not name a column", id="a dot in a column"),
    ],
)
def test_what_is_not_tested(tag: str, mistake: str) -> None:
    meaning = READER.read(tag)
    assert (meaning.kind, [one.message for one in meaning.mistakes]) == ("unknown", [mistake])


@pytest.mark.parametrize(
    ("tag", "mistakes"),
    [
        pytest.param("cont;http://a/", ["cont: there is no expression"], id="no expression"),
        pytest.param("post;http://a/", ["post: there is no data"], id="no data"),
        pytest.param("type;http://a/;", ["type: there is no content type"], id="no type"),
        pytest.param("httpstatus;http://a/;", ["httpstatus: there is no expression"], id="no statuses"),
        pytest.param(
            "nocont;http://a/;", ["nocont: there is no expression, so nothing is forbidden"], id="nothing forbidden"
        ),
        pytest.param(r"cont;http://a/;a\.b", [r"'\.' is taken as '.'"], id="an unknown escape"),
        pytest.param(r"cont;http://a/;\.\.\d", [r"'\.' is taken as '.'", r"'\d' is taken as 'd'"], id="several"),
        pytest.param("https2://a/", ["'https2' asks for SSLv2, which no TLS library"], id="an old letter"),
        pytest.param("web;http://a/;bodyx=x", ["web: 'bodyx=x' is not an option"], id="an unknown option"),
        pytest.param("web;http://a/;body", ["body: there is no value"], id="an option without its value"),
        pytest.param("web;http://a/;verify=no", ["verify: 'no' has no meaning here"], id="a value too many"),
        pytest.param("web;http://a/;http!=2", ["http: '!=' has no meaning here"], id="what cannot be forbidden"),
        pytest.param("web;http://a/;time=fast", ["time: 'fast' is not one or two durations"], id="no time"),
        pytest.param("web;http://a/;time=:", ["time: ':' is not one or two durations"], id="no time at all"),
        pytest.param("web;http://a/;follow=many", ["follow: 'many' is not a number up to 50"], id="no number"),
        pytest.param("web;http://a/;http=4", ["http: '4' is not a version of HTTP"], id="no version"),
        pytest.param("web;http://a/;source=x", ["source: 'x' is not an IP address of this machine"], id="no address"),
        pytest.param("web;http://a/;method=A B", ["method: 'A B' is not a method"], id="no method"),
        pytest.param("web;http://a/;header=x", ["header: 'x' is not a name and a pattern"], id="no pattern"),
        pytest.param("web;http://a/;send=x", ["send: 'x' is not a header"], id="no header"),
        pytest.param("web;http://a/;json=$.a", ["json: '$.a' is not a path and a value"], id="no value in JSON"),
        pytest.param("web;http://a/;json=a=b", ["json: 'a=b' is not a path and a value"], id="no path"),
    ],
)
def test_what_is_tested_all_the_same(tag: str, mistakes: list[str]) -> None:
    meaning = READER.read(tag)
    assert meaning.kind == "probe"
    assert meaning.parsed.fetch.expect == () or meaning.parsed.fetch.expect[0].problem == ""
    assert [one.message[: len(text)] for one, text in zip(meaning.mistakes, mistakes, strict=True)] == mistakes


def test_a_warning_after_the_alarm_is_a_mistake() -> None:
    [mistake] = READER.read("web;http://a/;time=2s:1s").mistakes
    assert mistake.message == "time: the alarm (1s) does not come after the warning (2s)"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("stattus=2", "did you mean 'status'?", id="a letter too many"),
        pytest.param("nobody=x", "did you mean 'body!='?", id="another way to say no"),
        pytest.param("frob=1", f"there are {', '.join(sorted(OPTIONS))}", id="nothing like it"),
    ],
)
def test_a_wrong_option_is_told_with_what_was_meant(word: str, meant: str) -> None:
    [mistake] = READER.read(f"web;http://a/;{word}").mistakes
    assert mistake.hint == meant


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param("cont;http://a/;a(b", id="an expression"),
        pytest.param("nopost;http://a/;d;[a", id="a forbidden one"),
        pytest.param("httpstatus;http://a/;(2;", id="good statuses"),
        pytest.param("httpstatus;http://a/;2..;(4", id="bad statuses"),
        pytest.param("cont;http://a/;#hello", id="no digest"),
        pytest.param("cont;http://a/;#foo:00", id="an unknown digest"),
        pytest.param("cont;http://a/;#md5:00", id="a digest that is too short"),
        pytest.param("web;http://a/;body=a(b", id="of our own tag"),
        pytest.param("web;http://a/;status!=(", id="a status of our own tag"),
        pytest.param("web;http://a/;header=X:(", id="a header"),
        pytest.param("web;http://a/;json=$.a[x]=2", id="a path with a name without quotes"),
        pytest.param("web;http://a/;json=$a=2", id="a path without a dot"),
    ],
)
def test_a_bad_pattern_is_told_twice(tag: str) -> None:
    """On the line, for who writes it, and with the expectation, so that the square is yellow."""
    meaning = READER.read(tag)
    [expectation] = meaning.parsed.fetch.expect
    assert expectation.problem != ""
    assert [mistake.message for mistake in meaning.mistakes] == [expectation.problem]


@pytest.mark.parametrize("tag", ["web", "type", "post", "cont", "soap", "webmin", "website", "types=x", "contact=me"])
def test_words_of_others_stay_theirs(tag: str) -> None:
    assert READER.read(tag).kind == "unknown"
    assert READER.read(tag).mistakes == ()


# Columns


def the_checks(tags: str, files: SomeFiles | None = None, **settings: Any) -> tuple[list[Check], list[str]]:
    text = f"127.0.0.1 www.example.com # noconn {tags}"
    inventory = an_inventory_of(text, Defaults(**settings), files or SomeFiles({}))
    problems = [str(problem) for problem in inventory.problems]
    return list(inventory.hosts["www.example.com"].checks), problems


@pytest.mark.parametrize(
    ("tags", "columns"),
    [
        pytest.param("http://a/", [""], id="a URL is in http only"),
        pytest.param(
            "http=web;http://a/ httphead=h;http://b/ httpstatus=s;http://c/;2;", ["web", "h", "s"], id="named"
        ),
        pytest.param("http;http://a/ httphead;http://b/ httpstatus;http://c/;2;", ["", "", ""], id="without a name"),
        pytest.param("cont;http://a/;x", ["content"], id="a check of content"),
        pytest.param(
            "cont;http://a/;x cont;http://b/;x cont;http://c/;x",
            ["content2", "content1", "content"],
            id="the last one is the first",
        ),
        pytest.param(
            "cont;http://a/;x http://b/ httpstatus;http://c/;2; httphead;http://d/ post;http://e/;d cont;http://f/;x",
            ["content1", "", "", "", "", "content"],
            id="those that look at no content do not count",
        ),
        pytest.param(
            "cont;http://a/;x type;http://b/;t post;http://c/;d; nopost;http://d/;d;x soap;http://e/;d;x "
            "nosoap;http://f/;d;x nocont;http://g/;x",
            ["content6", "content5", "content4", "content3", "content2", "content1", "content"],
            id="all that look at content count, also for nothing",
        ),
        pytest.param(
            "cont;http://a/;x cont=mine;http://b/;x cont;http://c/;x",
            ["content1", "mine", "content"],
            id="a name takes no number",
        ),
        pytest.param(
            "cont=content1;http://a/;x cont;http://b/;x cont;http://c/;x",
            ["content1", "content1", "content"],
            id="a name that is a number's",
        ),
        pytest.param("cont=c;http://a/;x web=c;http://b/", ["c", "c"], id="several in one square"),
        pytest.param("post=p;http://a/;d soap=s;http://b/;d", ["p", "s"], id="sent and not looked at, with a name"),
        pytest.param("web;http://a/;body=x web=w;http://b/", ["", "w"], id="our own tag, without a name and with one"),
        pytest.param(
            "cont;http://a/;x cont;http://b/;x cont;http://a/;x",
            ["content", "content1"],
            id="the same tag twice is one test, and counts twice",
        ),
        pytest.param(
            "?cont;http://a/;x ?~nocont=n;http://b/;x ~http=h;http://c/", ["content", "n", "h"], id="prefixes"
        ),
    ],
)
def test_columns(tags: str, columns: list[str]) -> None:
    checks, problems = the_checks(tags)
    assert [check.column for check in checks] == columns
    assert {check.key.test for check in checks} == {"http"}
    assert problems == []


def test_another_name_for_checks_of_content() -> None:
    checks, _ = the_checks("cont;http://a/;x cont;http://b/;x", content="cont")
    assert [check.column for check in checks] == ["cont1", "cont"]


@pytest.mark.parametrize(
    ("tags", "spec", "column"),
    [
        ("cont=http;http://a/;x", "cont=http;http://a/;x", "http"),
        ("http=smtp;http://a/ smtp", "http=smtp;http://a/", "smtp"),
        ("web=sslcert;http://a/", "web=sslcert;http://a/", "sslcert"),
    ],
)
def test_a_column_of_another_test_is_a_mistake(tags: str, spec: str, column: str) -> None:
    checks, problems = the_checks(tags)
    assert [check.column for check in checks] == [""] * len(checks)
    [problem] = problems
    assert problem.startswith(f"hosts.cfg:1: '{spec}': the column {column} has other tests of this host already; ")


def test_prefixes() -> None:
    assert READER.read("?~cont;http://a/;x").parsed.judging == Judging(dialup=True, always_true=True)


def test_the_opposite_of_a_url_is_told_to_have_no_effect() -> None:
    [mistake] = READER.read("!http://a/").mistakes
    assert mistake.message == "the prefix ! has no effect on URLs"


# What the host and files add


def the_check(tags: str, files: SomeFiles | None = None) -> tuple[HttpOptions, list[str]]:
    [check], problems = the_checks(tags, files)
    return check.options, problems


def test_settings_of_the_host() -> None:
    options, problems = the_check('post;http://a/;d browser="A B" httphdr=X-A:b\\nX-B:c nosni')
    assert (options.user_agent, options.sni) == ("A B", False)
    assert options.headers == (FORM_TYPE, r"X-A:b\nX-B:c")  # verbatim, as xymonnet sends it
    assert problems == []


def test_without_settings_the_options_of_a_tag_are_one_value_for_all_hosts() -> None:
    inventory = an_inventory_of("127.0.0.1 a # noconn cont;http://a/;x\n127.0.0.2 b # noconn cont;http://a/;x")
    first, second = (host.checks[0].options for host in inventory.hosts.values())
    assert first is second


def test_headers_can_be_looked_at_too() -> None:
    options, _ = the_check("web;http://a/;body=x;status=200;body!=y headermatch")
    assert [(one.what, one.headers) for one in options.expect] == [("body", True), ("status", False), ("body", True)]


def test_credentials_and_cookies_that_are_there() -> None:
    options, _ = the_check("http://a/", SomeFiles({}, netrc="/home/etc/netrc", cookies="/home/etc/cookies"))
    assert (options.netrc, options.cookies) == ("/home/etc/netrc", "/home/etc/cookies")


def test_a_certificate_of_ours() -> None:
    options, problems = the_check("https://CERT:me.pem@a/", SomeFiles({"certs/me.pem": b""}))
    assert (options.certificate, problems) == ("/home/certs/me.pem", [])
    options, problems = the_check("https://CERT:me.pem@a/")
    assert options.certificate == "/home/certs/me.pem"
    assert problems == ["hosts.cfg:1: the certificate certs/me.pem cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    ("tag", "files", "expect"),
    [
        pytest.param(
            "content=http://a/",
            {"content/www,example,com.substring": b"a\\x20b.*\r\nmore\n"},
            body("a\\x20b.*"),
            id="the old tag: a file of the host, its first line as it stands",
        ),
        pytest.param("cont;http://a/;file:x", {"x": b"a b"}, body("a b"), id="an expression in a file"),
        pytest.param("nocont;http://a/;file:x", {"x": b"a\n"}, body("a", negate=True), id="a forbidden one"),
        pytest.param(
            "cont;http://a/;file:x",
            {"x": f"#md5:{MD5}\n".encode()},
            (Expectation(what="digest", wanted=f"md5:{MD5}"),),
            id="a digest in a file",
        ),
    ],
)
def test_expressions_in_files(tag: str, files: dict[str, bytes], expect: tuple[Expectation, ...]) -> None:
    options, problems = the_check(tag, SomeFiles(files))
    assert (options.expect, problems) == (expect, [])


def test_data_in_files() -> None:
    options, problems = the_check("soap;http://a/;file:/m.xml;ok", SomeFiles({"/m.xml": b"<a>\\n</a>\n"}))
    assert (options.body, options.expect, problems) == (b"<a>\\n</a>\n", body("ok"), [])
    options, _ = the_check(
        "web;http://a/;data=(content-type=text/xml)file:m;method=PUT;body=ok", SomeFiles({"m": b"x"})
    )
    assert (options.body, options.method, options.headers) == (b"x", "PUT", ("Content-Type: text/xml",))


@pytest.mark.parametrize(
    ("tag", "files", "problem"),
    [
        pytest.param(
            "cont;http://a/;file:x", {}, "the file x cannot be read: No such file or directory", id="no expression"
        ),
        pytest.param(
            "content=http://a/",
            {},
            "the file content/www,example,com.substring cannot be read: No such file or directory",
            id="no file of the host",
        ),
        pytest.param(
            "content=http://a/",
            {"content/www,example,com.substring": b"\nx"},
            "the first line of the file content/www,example,com.substring is empty",
            id="an empty first line",
        ),
        pytest.param("post;http://a/;file:x", {}, "the file x cannot be read: No such file or directory", id="no data"),
        pytest.param(
            "web;http://a/;data=file:x", {}, "the file x cannot be read: No such file or directory", id="of our tag"
        ),
    ],
)
def test_a_file_that_is_missing_is_told_twice(tag: str, files: dict[str, bytes], problem: str) -> None:
    options, problems = the_check(tag, SomeFiles(files))
    assert [one.problem for one in options.expect] == [problem]
    assert problems == [f"hosts.cfg:1: {problem}"]


def test_a_bad_pattern_in_a_file_is_told_with_the_file() -> None:
    options, [problem] = the_check("cont;http://a/;file:x", SomeFiles({"x": b"a(b"}))
    assert options.expect[0].problem != ""
    assert problem == f"hosts.cfg:1: in the file x: {options.expect[0].problem}"


def test_without_a_folder_there_are_no_files() -> None:
    inventory = an_inventory_of("127.0.0.1 www # cont;http://a/;file:x")
    assert [str(problem) for problem in inventory.problems] == [
        "hosts.cfg:1: the file x cannot be read: there is no folder that files are taken from"
    ]


# Any text


WORDS = st.sampled_from([
    "cont", "nocont", "post", "nopost", "soap", "nosoap", "type", "httpstatus", "httphead", "http", "web", "content",
    "=", ";", "http://a/", "https2://", "http://p/http://a/", "CERT:x@", "file:x", "(content-type=x)", "#md5:00", "\\",
    "\\x4", "\\.", "body", "json=$", "!=", "time=1:2", "[", "(", "COL", ".", "\udcfc", "\0", "é",
])  # fmt: skip


@given(words=st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=12))
def test_any_words_are_a_test_or_a_mistake(words: list[str]) -> None:
    tag = "".join(words)
    meaning = READER.read(tag)
    if isinstance(meaning.parsed, WebTag):
        assert all(columns_of([(tag, meaning)], "content").values())
        site = Site(name="www", ip="127.0.0.1", items={}, parsed={}, files=SomeFiles({"x": b"a(b"}))
        assert isinstance(meaning.parsed.options(site), HttpOptions)
    else:
        assert meaning.kind in {"unknown", "item"}


@given(data=st.binary())
def test_any_bytes_can_be_written_with_escapes(data: bytes) -> None:
    assert unescape("".join(f"\\x{byte:02x}" for byte in data)) == (data, ())


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\\")))
def test_text_without_backslashes_stays(text: str) -> None:
    assert unescape(text) == (text.encode(), ())
