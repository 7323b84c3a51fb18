"""The settings of analysis.cfg that look for something: processes, ports, log lines, files, services, queues. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from hexmon.judge.clients import rules
from hexmon.judge.clients.analysis_file import read_directory, read_file_check
from hexmon.judge.clients.analysis_words import Words, track_word
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Rule
from hexmon.model.color import Color

_UNLIMITED = -1
_COUNTS = ("min=", "max=", "color=", "TRACK")
_PORT_WORDS = {
    "local=": "local",
    "exlocal=": "ex_local",
    "remote=": "remote",
    "exremote=": "ex_remote",
    "state=": "state",
    "exstate=": "ex_state",
}
_LOG_WORDS = ("file=", "match=", "ignore=", "color=", "OPTIONAL")
_LOG_PLACES = ("file=", "match=", "color=", "ignore=")
_QUEUE_WORDS = {
    "depth-warning=": "warn_depth",
    "depth-critical=": "panic_depth",
    "age-warning=": "warn_age",
    "age-critical=": "panic_age",
}
_DS_SIGNS = (">=", "<=", ">", "<")


def option(word: str) -> tuple[str, str]:
    """A word such as `MIN=5` as `min=` and its value; one without a value as it is, in small letters."""
    name, equals, value = word.partition("=")
    return name.lower() + equals, value


class _Counted:
    """What PROC and PORT have: how many there must be, and the colour when it is another number."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.least, self.most = 1, _UNLIMITED
        self.color = Color.RED
        self.track: str | None = None

    def takes(self, word: str, others: Mapping[str, str] | None = None) -> bool:
        """Whether it was one of these words; `others` are further spellings."""
        key, value = option(word)
        key = (others or {}).get(key, key)
        track = track_word(word, self.track)
        if key == "min=":
            self.least = self._words.to_whole(value)
        elif key == "max=":
            self.most = self._words.to_whole(value)
            self.least = min(self.least, self.most)
        elif key == "color=":
            self.color = self._words.to_color(value, Color.RED)
        elif track is not None:
            self.track = track
        else:
            return False
        return True

    def fields(self) -> dict[str, Any]:
        most = None if self.most == _UNLIMITED else self.most
        return {"least": self.least, "most": most, "color": self.color, "track": self.track}


def _proc(words: Words) -> Rule | None:
    name = words.name()
    if name is None:
        return None
    pattern, counted, place = words.to_pattern(name), _Counted(words), 0
    for word in words.rest():
        if counted.takes(word):
            continue
        if place == 0:
            counted.least = words.to_whole(word)
        elif place == 1:
            counted.most = words.to_whole(word)
        elif place == 2:
            counted.color = words.to_color(word, Color.RED)
        else:
            words.unknown(word, _COUNTS)
        place += 1
    if counted.least and counted.most == 0:
        counted.most = _UNLIMITED  # whoever writes `2 0` wants two at least
    return rules.Proc(pattern=pattern, **counted.fields())


def _port(words: Words) -> Rule:
    found: dict[str, Any] = {}  # fields of Port
    counted = _Counted(words)
    for word in words.rest():
        key, value = option(word)
        if key in _PORT_WORDS:
            found[_PORT_WORDS[key]] = words.to_pattern(value)
        elif not counted.takes(word, {"col=": "color="}):
            words.unknown(word, (*_PORT_WORDS, *_COUNTS))
    if not found:
        words.mistake("PORT without LOCAL=, REMOTE= or STATE= counts all connections", "write: PORT LOCAL=%[.:]22$")
    return rules.Port(**found, **counted.fields())


def _log(words: Words) -> Rule:
    found: dict[str, Any] = {}  # fields of Log
    color, optional, place = Color.RED, False, 0
    for word in words.rest():
        key, value = option(word)
        if key == "optional":
            optional = True
            continue
        if key not in _LOG_WORDS:
            if place == len(_LOG_PLACES):
                words.unknown(word, _LOG_WORDS)
                continue
            key, value, place = _LOG_PLACES[place], word, place + 1
        if key == "color=":
            color = words.to_color(value, Color.RED)
        else:
            found[key.rstrip("=")] = words.to_expression(value) if key == "file=" else words.to_pattern(value)
    if len(found.keys() & {"file", "match"}) < 2:
        words.mistake("LOG without a file and what to look for; it means nothing", "write: LOG %. ERROR COLOR=red")
    return rules.Log(**found, color=color, optional=optional)


def _service(words: Words) -> Rule | None:
    name = words.name()
    if name is None:
        return None
    found: dict[str, Expression] = {}
    color = Color.RED
    for word in words.rest():
        key, value = option(word)
        if key in ("startup=", "status="):
            found["startup" if key == "startup=" else "state"] = words.to_expression(value)
        elif key in ("col=", "color="):
            color = words.to_color(value, Color.RED)
        else:
            words.unknown(word, ("startup=", "status=", "color="))
    return rules.Service(
        name=words.to_expression(name),
        startup=found.get("startup"),
        state=found.get("state") or (None if found else Expression("started")),
        color=color,
    )


def _mib(words: Words) -> Rule | None:
    name = words.name()
    if name is None:
        return None
    fields: dict[str, Any] = {"name": words.to_expression(name)}
    for word in words.rest():
        key, value = option(word)
        if key in ("key=", "match="):
            fields[key.rstrip("=")] = words.to_expression(value)
        elif key in ("min=", "max="):
            fields["least" if key == "min=" else "most"] = words.to_whole(value, most=2**63 - 1)
        elif key == "color=":
            fields["color"] = words.to_color(value, Color.RED)
        else:
            words.unknown(word, ("key=", "min=", "max=", "match=", "color="))
    return rules.Mib(**fields)


def _data_set(words: Words) -> Rule | None:
    column, written = words.next(), words.next()
    file, colon, data_set = (written or "").rpartition(":")
    if column is None or not colon:
        words.mistake(
            "DS without a column, a file and a data set; it is left out", "write: DS conn tcp.conn.rrd:sec >0.1"
        )
        return None
    color, limits = Color.RED, _Limits()
    for word in words.rest():
        sign = next((sign for sign in _DS_SIGNS if word.startswith(sign)), None)
        key, value = option(word)
        if sign is not None:
            limits.add(sign, words.to_real(word[len(sign) :]))
        elif key == "color=":
            color = words.to_color(value, Color.RED)
        else:
            words.unknown(word, (*_DS_SIGNS, "color="))
    if not limits.finished():
        words.mistake("DS without limits between which a figure can be; it is left out", "write: >10, or >10 <20")
        return None
    return rules.DataSet(
        column=column, file=words.to_expression(file), data_set=data_set, limits=limits.finished(), color=color
    )


class _Limits:
    """Of a figure: the lower of two numbers belongs to `>`, whichever stands beside it."""

    def __init__(self) -> None:
        self._signs: set[str] = set()
        self._numbers: list[float] = []

    def add(self, sign: str, number: float) -> None:
        self._signs.add(sign)
        self._numbers = sorted([*self._numbers[:1], number])

    def finished(self) -> tuple[tuple[Any, float], ...]:
        lower = next((sign for sign in (">=", ">") if sign in self._signs), None)
        upper = next((sign for sign in ("<=", "<") if sign in self._signs), None)
        if len(self._numbers) == 1:
            return ((lower or upper, self._numbers[0]),)
        if lower is None or upper is None:
            return ()
        return ((lower, self._numbers[0]), (upper, self._numbers[1]))


def _manager_and(words: Words) -> tuple[Expression, Expression] | None:
    name = words.name()
    if name is None:
        return None
    manager, colon, rest = name.partition(":")
    return (words.to_expression(manager) if colon else Expression("*"), words.to_expression(rest or name))


def _queue(words: Words) -> Rule | None:
    names = _manager_and(words)
    if names is None:
        return None
    numbers: dict[str, Any] = {}  # fields of Queue
    track: str | None = None
    for word in words.rest():
        key, value = option(word)
        if key in _QUEUE_WORDS:
            number = words.to_whole(value)
            numbers[_QUEUE_WORDS[key]] = None if number == _UNLIMITED else number
        elif track_word(word, track) is not None:
            track = track_word(word, track)
        else:
            words.unknown(word, (*_QUEUE_WORDS, "TRACK"))
    return rules.Queue(manager=names[0], name=names[1], track=track, **numbers)


def _channel(words: Words) -> Rule | None:
    names = _manager_and(words)
    if names is None:
        return None
    states: dict[str, Any] = {}  # fields of Channel
    for word in words.rest():
        key, value = option(word)
        if key in ("warning=", "alert="):
            states["warn" if key == "warning=" else "panic"] = words.to_expression(value)
        else:
            words.unknown(word, ("warning=", "alert="))
    return rules.Channel(manager=names[0], name=names[1], **(states or {"panic": Expression("%BIND|RETRYING")}))


CHECKS: Mapping[str, Callable[[Words], Rule | None]] = {
    "PROC": _proc,
    "PORT": _port,
    "LOG": _log,
    "FILE": read_file_check,
    "DIR": read_directory,
    "SVC": _service,
    "MIB": _mib,
    "DS": _data_set,
    "MQ_QUEUE": _queue,
    "MQ_CHANNEL": _channel,
}
"""The settings, and what reads the words behind each; None for one that cannot be used."""
