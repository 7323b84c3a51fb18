"""The options of the tag `web`: how a page is fetched, and what it must be like. Pure."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from hexmon.config.suggest import Suggestions
from hexmon.inventory.tag_values import Mistake, is_address
from hexmon.inventory.web_specs import Data, body, pattern_problem, problems_of, read_data
from hexmon.model.patterns import PatternError
from hexmon.probes.http_options import Expectation

MOST_REDIRECTS = 50
_USUAL_REDIRECTS = 10
_SEPARATOR = re.compile(r"(?<!\\);")
_OPTION = re.compile(r"([A-Za-z]*)(!?=)?(.*)\Z", re.DOTALL)
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(ms|s|m)?\Z", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "": 1.0}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")  # RFC 9110, section 5.6.2
_METHOD = re.compile(r"[A-Z]{1,20}\Z")
_VERSIONS = ("1.0", "1.1", "2", "3")


class WebOptions(msgspec.Struct):
    """What was understood: fields of HttpOptions, expectations, data to send."""

    fetch: dict[str, Any] = {}
    expect: list[Expectation] = []
    data: Data | None = None
    headers: list[str] = []
    mistakes: list[Mistake] = []

    def refuse(self, option: str, wrong: str, hint: str) -> None:
        """An option that has no effect."""
        self.mistakes.append(Mistake(f"{option}: {wrong}", f"write: {hint}"))

    def demand(self, expectation: Expectation) -> None:
        """One thing that is expected; a bad pattern is a mistake of the line too."""
        self.expect.append(expectation)
        self.mistakes.extend(problems_of(expectation))


def split_options(text: str) -> list[str]:
    r"""The parts of a tag between semicolons; `\;` stands for a semicolon."""
    return [part.replace("\\;", ";") for part in _SEPARATOR.split(text)]


def read_options(words: Sequence[str]) -> WebOptions:
    """All options of one tag; what is wrong with one leaves the others in force."""
    found = WebOptions()
    for word in filter(None, words):
        match = _OPTION.match(word)
        name, sign, value = (match[1].lower(), match[2] or "", match[3]) if match else ("", "", word)
        reader = _READERS.get(name)
        if reader is None or (not sign and value):
            _unknown(found, word, name)
        elif sign == "!=" and name not in _NEGATED:
            found.refuse(name, "'!=' has no meaning here", f"{name}={value}")
        elif not sign and name not in _FLAGS:
            found.refuse(name, "there is no value", _HINTS[name])
        else:
            reader(found, value, sign == "!=")
    return found


def _unknown(found: WebOptions, word: str, name: str) -> None:
    meant = _NEAR.closest(name) or _MEANT.get(name)
    hint = f"did you mean '{meant}'?" if meant else f"there are {', '.join(sorted(_READERS))}"
    found.mistakes.append(Mistake(f"web: '{word}' is not an option", hint))


def _body(found: WebOptions, value: str, negate: bool) -> None:
    found.demand(body(value, negate=negate))


def _status(found: WebOptions, value: str, negate: bool) -> None:
    problem = pattern_problem(value)
    good, bad = ("", value) if negate else (value, "")
    found.demand(Expectation(what="status", wanted=good, bad=bad, problem=problem))


def _type(found: WebOptions, value: str, negate: bool) -> None:
    found.demand(Expectation(what="type", wanted=value, negate=negate))


def _header(found: WebOptions, value: str, negate: bool) -> None:
    name, colon, pattern = value.partition(":")
    if not colon or not _TOKEN.match(name):
        found.refuse("header", f"'{value}' is not a name and a pattern", _HINTS["header"])
        return
    pattern = pattern.lstrip(" ")
    found.demand(Expectation(what="header", name=name, wanted=pattern, negate=negate, problem=pattern_problem(pattern)))


def _json(found: WebOptions, value: str, negate: bool) -> None:
    """`=` inside brackets and quotes belongs to the path."""
    place = _equals_sign(value)
    path = value[:place]
    if path.endswith("!") and place < len(value):
        path, negate = path[:-1], not negate
    if place >= len(value) or not path.startswith("$"):
        found.refuse("json", f"'{value}' is not a path and a value", _HINTS["json"])
        return
    problem = _path_problem(path)
    found.demand(Expectation(what="json", name=path, wanted=value[place + 1 :], negate=negate, problem=problem))


def _path_problem(path: str) -> str:
    # Few write one, and every start would pay for the library.
    from hexmon.probes.http_json import compile_json_path

    try:
        compile_json_path(path)
    except PatternError as error:
        return str(error)
    return ""


def _equals_sign(text: str) -> int:
    """Where the first `=` outside brackets and quotes is; the length of the text when there is none."""
    depth, quote, escaped = 0, "", False
    for place, letter in enumerate(text):
        if escaped or letter == "\\":
            escaped = not escaped
        elif quote or letter in "'\"":
            quote = "" if letter == quote else (quote or letter)
        elif letter in "[(":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "=" and depth <= 0:
            return place
    return len(text)


def _time(found: WebOptions, value: str, _negate: bool) -> None:
    warn_text, _, alarm_text = value.rpartition(":")
    limits = [(text, severe) for text, severe in ((warn_text, False), (alarm_text, True)) if text]
    seconds = [_seconds(text) for text, _ in limits]
    if not limits or None in seconds:
        found.refuse("time", f"'{value}' is not one or two durations", _HINTS["time"])
        return
    if len(seconds) == 2 and (seconds[0] or 0) >= (seconds[1] or 0):
        found.mistakes.append(Mistake(f"time: the alarm ({alarm_text}) does not come after the warning ({warn_text})"))
    for number, (_, severe) in zip(seconds, limits, strict=True):
        found.demand(Expectation(what="time", wanted=f"{number:g}", severe=severe))


def _seconds(text: str) -> float | None:
    match = _DURATION.match(text)
    return round(float(match[1]) * _UNITS[match[2] or ""], 6) if match else None


def _follow(found: WebOptions, value: str, _negate: bool) -> None:
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 3 else -1
    if not value:
        found.fetch["follow"] = _USUAL_REDIRECTS
    elif 0 <= number <= MOST_REDIRECTS:
        found.fetch["follow"] = number
    else:
        found.refuse("follow", f"'{value}' is not a number up to {MOST_REDIRECTS}", _HINTS["follow"])


def _method(found: WebOptions, value: str, _negate: bool) -> None:
    if _METHOD.match(value.upper()):
        found.fetch["method"] = value.upper()
    else:
        found.refuse("method", f"'{value}' is not a method", _HINTS["method"])


def _data(found: WebOptions, value: str, _negate: bool) -> None:
    found.data = read_data(value)
    found.mistakes.extend(found.data.mistakes)


def _send(found: WebOptions, value: str, _negate: bool) -> None:
    name, colon, text = value.partition(":")
    if not colon or not _TOKEN.match(name):
        found.refuse("send", f"'{value}' is not a header", _HINTS["send"])
        return
    found.headers.append(f"{name}: {text.strip()}")


def _verify(found: WebOptions, value: str, _negate: bool) -> None:
    if value:
        found.refuse("verify", f"'{value}' has no meaning here", "verify")
    found.fetch["verify"] = True


def _http(found: WebOptions, value: str, _negate: bool) -> None:
    if value in _VERSIONS:
        found.fetch["version"] = value
    else:
        found.refuse("http", f"'{value}' is not a version of HTTP", _HINTS["http"])


def _source(found: WebOptions, value: str, _negate: bool) -> None:
    if is_address(value):
        found.fetch["source"] = value
    else:
        found.refuse("source", f"'{value}' is not an IP address of this machine", _HINTS["source"])


Reader = Callable[[WebOptions, str, bool], None]

_READERS: dict[str, Reader] = {
    "body": _body,
    "data": _data,
    "follow": _follow,
    "header": _header,
    "http": _http,
    "json": _json,
    "method": _method,
    "send": _send,
    "source": _source,
    "status": _status,
    "time": _time,
    "type": _type,
    "verify": _verify,
}
_HINTS = {
    "body": "body=EXPRESSION",
    "data": "data=TEXT",
    "follow": "follow=5",
    "header": "header=NAME:EXPRESSION",
    "http": "http=1.0, 1.1, 2 or 3",
    "json": "json=$.PATH=VALUE",
    "method": "method=PUT",
    "send": "send=NAME:VALUE",
    "source": "source=IP",
    "status": "status=EXPRESSION",
    "time": "time=WARN:ALARM, such as time=500ms:2s",
    "type": "type=TYPE/SUBTYPE",
}
_NEGATED = frozenset({"body", "header", "json", "status", "type"})
_FLAGS = frozenset({"follow", "verify"})
_NEAR = Suggestions(_READERS)
_MEANT = {
    "nobody": "body!=",
    "post": "data",
    "content": "body",
    "headers": "header",
    "redirects": "follow",
    "version": "http",
}

OPTIONS = tuple(_READERS)
"""The words, for the documentation's test."""
