"""The tests that fetch a URL (hosts.cfg(5): HTTP TESTS), and our own tag `web`."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from hexmon.inventory.meaning import Family, Meaning, wrong
from hexmon.inventory.tag_values import Mistake
from hexmon.inventory.urls import UrlError, WebAddress, parse_url
from hexmon.inventory.web_options import read_options, split_options
from hexmon.inventory.web_specs import (
    FORM,
    SOAP,
    Data,
    Mistakes,
    problems_of,
    read_content,
    read_data,
    statuses,
    unescape,
)
from hexmon.inventory.web_tags import HTTP, WebTag
from hexmon.model.names import TEST_NAME
from hexmon.model.observation import Judging
from hexmon.probes.http_options import Expectation, HttpOptions

_SPEC = re.compile(
    r"(httpstatus|httphead|http|cont|nocont|post|nopost|soap|nosoap|type|web)(?:=([^;]*))?;(.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_NO_COLUMN = re.compile(
    r"(httpstatus|httphead|http|cont|nocont|post|nopost|soap|nosoap|type|web)(?:=[^;]*)?;?\Z", re.IGNORECASE
)
_OLD_CONTENT = "content="
_NOT_REVERSED = Mistake("the prefix ! has no effect on URLs", "nocont, nopost and httpstatus say what must not be")


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
        reverse = (_NOT_REVERSED,) if self.judging.reverse else ()
        return Meaning("probe", parsed=tag, mistakes=(*reverse, *self.address.mistakes, *mistakes))

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
    return spec.meaning(fetch, tuple(found.mistakes), data_file=data_file)


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
