"""The tests that fetch a URL (hosts.cfg(5): HTTP TESTS), and our own tag `web`."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import msgspec

from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site, wrong
from hexmon.inventory.tag_values import Mistake
from hexmon.inventory.urls import UrlError, WebAddress, parse_url
from hexmon.inventory.web_options import read_options, split_options
from hexmon.inventory.web_specs import (
    FORM,
    SOAP,
    Data,
    Mistakes,
    first_line,
    problems_of,
    read_content,
    read_data,
    statuses,
    unescape,
)
from hexmon.model.names import TEST_NAME, host_to_wire
from hexmon.model.observation import Judging
from hexmon.probes.http import Expectation, HttpOptions

HTTP = "http"
WEB = "web"
_SPEC = re.compile(
    r"(httpstatus|httphead|http|cont|nocont|post|nopost|soap|nosoap|type|web)(?:=([^;]*))?;(.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_NO_COLUMN = re.compile(
    r"(httpstatus|httphead|http|cont|nocont|post|nopost|soap|nosoap|type|web)(?:=[^;]*)?;?\Z", re.IGNORECASE
)
_OLD_CONTENT = "content="


class WebTag(msgspec.Struct, frozen=True, kw_only=True):
    """A URL to fetch, in the column http.

    `fetch` is how, as far as the tag alone tells. `column` is the square of its own that it makes besides http, ""
    for none; one that is `numbered` has none of that name and gets content, content1, ... `content_file` and
    `data_file` name what is read first ("" for nothing); the former is `negate`d like the expression it stands for,
    and that of `by_host` is called after the host.
    """

    test: ClassVar[str] = HTTP
    probe: ClassVar[str] = "http"
    fetch: HttpOptions
    judging: Judging = PLAIN
    column: str = ""
    numbered: bool = False
    certificate: str = ""
    content_file: str = ""
    data_file: str = ""
    by_host: bool = False
    negate: bool = False

    def options(self, site: Site) -> HttpOptions:
        """How the URL is fetched for that host."""
        changes = _settings_of(site, self.fetch)
        if self.certificate:
            changes["certificate"] = self._certificate(site)
        expect = self._expected(site)
        if self.data_file:
            changes["body"], problem = _read(site, self.data_file)
            expect += _as_problem(problem)
        if "FLAG_HTTP_HEADER_MATCH" in site.items:
            expect = tuple(_in_headers(one) for one in expect)
        if expect != self.fetch.expect:
            changes["expect"] = expect
        return msgspec.structs.replace(self.fetch, **changes) if changes else self.fetch

    def _certificate(self, site: Site) -> str:
        name = f"certs/{self.certificate}"
        try:
            return site.files.locate(name)
        except OSError as error:
            site.mistakes.append(Mistake(f"the certificate {name} cannot be read: {error.strerror}"))
            return f"{site.home}/{name}"

    def _expected(self, site: Site) -> tuple[Expectation, ...]:
        """What the answer must be like, with what a file says about it."""
        name = f"content/{host_to_wire(site.name)}.substring" if self.by_host else self.content_file
        if not name:
            return self.fetch.expect
        data, problem = _read(site, name)
        found = first_line(data, negate=self.negate)
        if not problem and not found.wanted:
            problem = f"the first line of {name} is empty"
            site.mistakes.append(Mistake(problem))
        if problem:
            return (*self.fetch.expect, Expectation(what="body", wanted=name, negate=self.negate, problem=problem))
        site.mistakes.extend(Mistake(f"{name}: {one.message}") for one in problems_of(found))
        return (*self.fetch.expect, found)


def _settings_of(site: Site, fetch: HttpOptions) -> dict[str, Any]:
    """What the tags of the host and the files of the folder add."""
    changes: dict[str, Any] = {}
    items = site.items
    if "BROWSER" in items:
        changes["user_agent"] = items["BROWSER"]
    if items.get("HTTPHEADERS"):
        changes["headers"] = (*fetch.headers, items["HTTPHEADERS"])
    if "FLAG_NOSNI" in items:
        changes["sni"] = False
    if site.files.netrc:
        changes["netrc"] = site.files.netrc
    if site.files.cookies:
        changes["cookies"] = site.files.cookies
    return changes


def _read(site: Site, name: str) -> tuple[bytes, str]:
    """What is in a file, and what is wrong with it, which is told for the host's line too."""
    try:
        return site.files.read(name), ""
    except OSError as error:
        problem = f"{name} cannot be read: {error.strerror}"
        site.mistakes.append(Mistake(problem))
        return b"", problem


def _as_problem(problem: str) -> tuple[Expectation, ...]:
    return (Expectation(what="body", problem=problem),) if problem else ()


def _in_headers(one: Expectation) -> Expectation:
    return msgspec.structs.replace(one, headers=True) if one.what == "body" else one


def columns_of(tests: Sequence[tuple[str, Meaning]], name: str) -> Mapping[str, str]:
    """Tag -> the column of its own. Those without a name are `name`, `name1`, ... from the last tag to the first."""
    found: dict[str, str] = {}
    number = 0
    for tag, meaning in reversed(tests):
        parsed = meaning.parsed
        if not isinstance(parsed, WebTag):
            continue
        column = parsed.column
        if parsed.numbered:
            column = f"{name}{number}" if number else name
            number += 1
        if column:
            found.setdefault(tag, column)
    return found


class _Spec(NamedTuple):
    """What is in front of and behind the URL of a tag."""

    word: str
    column: str
    address: WebAddress
    rest: str | None
    judging: Judging

    @property
    def hint(self) -> str:
        return f"write: {self.word};URL;{_FORMS[self.word]}"

    def meaning(self, fetch: Mapping[str, Any], mistakes: Mistakes = (), **more: Any) -> Meaning:
        """The tag as a test. A check of content without a column of its own gets one by number."""
        options = {**_basics(self.address), **fetch}
        if more.get("numbered"):
            more["numbered"] = not self.column
        tag = WebTag(
            fetch=HttpOptions(**options),
            judging=self.judging,
            column=self.column,
            certificate=self.address.certificate,
            **more,
        )
        return Meaning("probe", parsed=tag, mistakes=(*self.address.mistakes, *mistakes))

    def without(self, what: str) -> Meaning:
        """Only fetched, since a field is missing."""
        return self.meaning({}, (Mistake(f"{self.word}: there is no {what}", self.hint),))


def _basics(address: WebAddress) -> dict[str, Any]:
    return {
        "url": address.url,
        "connect_to": address.connect_to,
        "version": address.version,
        "tls": address.tls,
        "ciphers": address.ciphers,
        "proxy": address.proxy,
    }


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    try:
        return _tag(word, judging)
    except UrlError as error:
        return wrong(str(error), error.hint)


def _tag(word: str, judging: Judging) -> Meaning:
    spec = _SPEC.match(word)
    if spec is not None:
        return _spec(spec[1].lower(), spec[2], spec[3], judging)
    if word[: len(_OLD_CONTENT)].lower() == _OLD_CONTENT:
        address = parse_url(word[len(_OLD_CONTENT) :])
        return _Spec("content", "", address, None, judging).meaning({}, numbered=True, by_host=True)
    if "://" in word:
        return _Spec(HTTP, "", parse_url(word), None, judging).meaning({})
    return _no_url(word)


def _no_url(word: str) -> Meaning:
    bare = _NO_COLUMN.match(word)
    if bare is not None and bare[0].lower() != HTTP:
        name = bare[1].lower()
        return wrong(f"'{word}' has no URL", f"write: {name};URL{';' if _FORMS[name] else ''}{_FORMS[name]}")
    match = re.match(r"https?[a-z0-9]*(:?/*)", word, re.IGNORECASE)
    if match is None or (not match[1] and len(word) > len(match[0])):
        return Meaning("unknown")
    rest = word[match.end() :]
    return wrong(f"'{word}' is not a URL", f"write: http://{rest or 'HOST/'}")


def _spec(word: str, column: str | None, text: str, judging: Judging) -> Meaning:
    if column == "" or (column and not TEST_NAME.match(column)):
        return wrong(f"'{word}={column}' does not name a column", f"write: {word}=COLUMN;{text}")
    if word in _WHOLE:
        url, rest = text, None
    else:
        url, sign, behind = text.partition(";")
        rest = behind if sign else None
    return _READERS[word](_Spec(word, column or "", parse_url(url), rest, judging))


def _plain(spec: _Spec) -> Meaning:
    return spec.meaning({})


def _head(spec: _Spec) -> Meaning:
    return spec.meaning({"method": "HEAD"})


def _cont(spec: _Spec) -> Meaning:
    if spec.rest is None:
        return spec.without("expression")
    return _content(spec, {}, spec.rest, spec.word.startswith("no"))


def _content(spec: _Spec, fetch: Mapping[str, Any], text: str, negate: bool, **more: Any) -> Meaning:
    content = read_content(text, negate=negate)
    mistakes = content.mistakes
    if negate and not text:
        mistakes = (Mistake(f"{spec.word}: there is no expression, so nothing is forbidden", spec.hint),)
    options = {**fetch, "expect": content.expect}
    named = {"content_file": content.file, "negate": negate} if content.file else {}
    return spec.meaning(options, mistakes, numbered=True, **named, **more)


def _post(spec: _Spec) -> Meaning:
    if spec.rest is None:
        return spec.without("data")
    text, sign, expression = spec.rest.partition(";")
    data = read_data(text)
    fetch = _sending(data, SOAP if spec.word.endswith("soap") else FORM)
    if spec.word.endswith("soap"):
        fetch["headers"] = (*fetch["headers"], f"SOAPAction: {spec.address.plain}")
    if not sign:
        return spec.meaning(fetch, data.mistakes, data_file=data.file)
    found = _content(spec, fetch, expression, spec.word.startswith("no"), data_file=data.file)
    return msgspec.structs.replace(found, mistakes=(*data.mistakes, *found.mistakes))


def _sending(data: Data, content_type: str) -> dict[str, Any]:
    headers = (f"Content-Type: {data.content_type or content_type}",)
    return {"method": "POST", "body": data.body, "headers": headers}


def _type(spec: _Spec) -> Meaning:
    if not spec.rest:
        return spec.without("content type")
    raw, mistakes = unescape(spec.rest)
    expect = (Expectation(what="type", wanted=raw.decode(errors="surrogateescape")),)
    return spec.meaning({"expect": expect}, mistakes, numbered=True)


def _status(spec: _Spec) -> Meaning:
    good, _, bad = (spec.rest or "").partition(";")
    if not good and not bad:
        return spec.without("expression")
    expectation = statuses(good, bad)
    return spec.meaning({"expect": (expectation,)}, problems_of(expectation))


def _web(spec: _Spec) -> Meaning:
    found = read_options(split_options(spec.rest or ""))
    sent = _sending(found.data, FORM) if found.data else {}
    headers = (*sent.pop("headers", ()), *found.headers)
    fetch = {**sent, **found.fetch, "headers": headers, "expect": tuple(found.expect)}
    data_file = found.data.file if found.data else ""
    named = spec._replace(column=spec.column or WEB)
    return named.meaning(fetch, tuple(found.mistakes), data_file=data_file)


_WHOLE = frozenset({"http", "httphead"})  # the URL is all that is behind the first semicolon
_READERS: dict[str, Callable[[_Spec], Meaning]] = {
    "http": _plain,
    "httphead": _head,
    "httpstatus": _status,
    "cont": _cont,
    "nocont": _cont,
    "post": _post,
    "nopost": _post,
    "soap": _post,
    "nosoap": _post,
    "type": _type,
    "web": _web,
}
_FORMS = {
    "http": "",
    "httphead": "",
    "httpstatus": "GOOD;BAD",
    "cont": "EXPRESSION",
    "nocont": "EXPRESSION",
    "post": "DATA;EXPRESSION",
    "nopost": "DATA;EXPRESSION",
    "soap": "MESSAGE;EXPRESSION",
    "nosoap": "MESSAGE;EXPRESSION",
    "type": "TYPE/SUBTYPE",
    "web": "OPTION;OPTION",
}

FAMILY = Family(
    re.compile(r"http|(?:cont|nocont|post|nopost|soap|nosoap|type|web)[=;]|content=", re.IGNORECASE),
    read,
    ("http", "https", "content", *_READERS),
)
