"""Settings in the words of analysis.cfg, as they were understood. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hexmon.judge.clients import rules
from hexmon.judge.clients.analysis_qualifiers import WORDS
from hexmon.judge.clients.rules import EVERYWHERE, Level, Rule

_NEEDS_QUOTES = re.compile(r"[ \t#']|\A\Z")
_MEMORY_WORDS = {"phys": "MEMPHYS", "act": "MEMACT"}


def setting_words(rule: Rule) -> list[str]:
    """The setting without its qualifiers: `["DISK", "*", "90%", "95%"]`."""
    words = _WRITERS[type(rule)](rule)
    track = [] if rule.track is None else [f"TRACK={rule.track}" if rule.track else "TRACK"]
    return [_quoted(word) for word in (*words, *track)]


def qualifier_words(rule: Rule) -> list[str]:
    """For whom and when it holds, and what it is called."""
    return list(map(_quoted, _qualifiers(rule)))


def _quoted(word: str) -> str:
    return f'"{word}"' if _NEEDS_QUOTES.search(word) and '"' not in word else word


def _qualifiers(rule: Rule) -> Iterator[str]:
    if rule.qualifiers is not EVERYWHERE:
        for field, word in WORDS.items():
            value = getattr(rule.qualifiers, field)
            if value is not None:
                yield f"{word}={value.text}"
    if rule.groups:
        yield f"GROUP={','.join(rule.groups)}"
    if rule.text:
        yield f"TEXT={rule.text}"


def _number(value: float | None) -> str:
    return "-1" if value is None else str(value).removesuffix(".0")


def _level(level: Level) -> str:
    return f"{level.value}{'U' if level.free else '%'}"


def _minutes(seconds: float | None) -> str:
    return "-1" if seconds is None else f"{seconds / 60:.0f}m"


def _file_systems(rule: Any) -> Iterator[str]:
    yield "DISK" if isinstance(rule, rules.Disk) else "INODE"
    if rule.names is None:
        return
    yield rule.names.text
    if rule.ignored:
        yield "IGNORE"
        return
    yield from (_level(rule.warn), _level(rule.panic))
    if rule.least or rule.most is not None:
        yield from (str(rule.least), _number(rule.most), rule.color.word)


def _named(*pairs: tuple[str, Any]) -> Iterator[str]:
    """`key=value` for what is there."""
    for key, value in pairs:
        if value is not None:
            yield f"{key}={getattr(value, 'text', value)}"


def _counts(rule: Any) -> Iterator[str]:
    if rule.most is not None:
        yield f"max={rule.most}"  # before min=, which it may lower
    yield f"min={rule.least}"
    yield f"color={rule.color.word}"


def _proc(rule: Any) -> Iterator[str]:
    yield from ("PROC", rule.pattern.text, str(rule.least), _number(rule.most), rule.color.word)


def _port(rule: Any) -> Iterator[str]:
    yield "PORT"
    yield from _named(
        ("LOCAL", rule.local),
        ("EXLOCAL", rule.ex_local),
        ("REMOTE", rule.remote),
        ("EXREMOTE", rule.ex_remote),
        ("STATE", rule.state),
        ("EXSTATE", rule.ex_state),
    )
    yield from _counts(rule)


def _log(rule: Any) -> Iterator[str]:
    yield "LOG"
    pairs = ("FILE", rule.file), ("MATCH", rule.match), ("COLOR", rule.color.word), ("IGNORE", rule.ignore)
    yield from _named(*pairs)
    if rule.optional:
        yield "OPTIONAL"


def _file(rule: Any) -> Iterator[str]:
    yield from ("FILE", rule.name.text, rule.color.word)
    for check in rule.checks:
        name = "groupid" if check.property == "group" else check.property
        yield f"{name}{check.sign}{check.value:o}" if name == "mode" else f"{name}{check.sign}{check.value}"
    if rule.absent:
        yield "NOEXIST"
    if rule.optional:
        yield "OPTIONAL"


def _directory(rule: Any) -> Iterator[str]:
    yield from ("DIR", rule.name.text, rule.color.word)
    if rule.above is not None:
        yield f"size>{rule.above}"
    if rule.below is not None:
        yield f"size<{rule.below}"


def _service(rule: Any) -> Iterator[str]:
    yield from ("SVC", rule.name.text)
    yield from _named(("status", rule.state), ("startup", rule.startup), ("color", rule.color.word))


def _data_set(rule: Any) -> Iterator[str]:
    yield from ("DS", rule.column, f"{rule.file.text}:{rule.data_set}")
    yield from (f"{sign}{_number(value)}" for sign, value in rule.limits)
    yield f"color={rule.color.word}"


def _mib(rule: Any) -> Iterator[str]:
    yield from ("MIB", rule.name.text)
    pairs = ("key", rule.key), ("min", rule.least), ("max", rule.most), ("match", rule.match)
    yield from _named(*pairs, ("color", rule.color.word))


def _queue(rule: Any) -> Iterator[str]:
    yield from ("MQ_QUEUE", f"{rule.manager.text}:{rule.name.text}")
    yield from _named(
        ("depth-warning", rule.warn_depth),
        ("depth-critical", rule.panic_depth),
        ("age-warning", rule.warn_age),
        ("age-critical", rule.panic_age),
    )


def _channel(rule: Any) -> Iterator[str]:
    yield from ("MQ_CHANNEL", f"{rule.manager.text}:{rule.name.text}")
    yield from _named(("warning", rule.warn), ("alert", rule.panic))


def _getvis(rule: Any) -> Iterator[str]:
    yield "GETVIS"
    if rule.partition is not None:
        yield rule.partition.text
        yield from map(str, (rule.warn, rule.panic, rule.warn_any, rule.panic_any))


def _cics(rule: Any) -> Iterator[str]:
    yield "CICS"
    if rule.application is not None:
        yield rule.application.text
        yield from map(str, ("DSA", rule.warn_dsa, rule.panic_dsa, "EDSA", rule.warn_edsa, rule.panic_edsa))


def _levels(name: Callable[[Any], str]) -> Callable[[Any], Iterable[str]]:
    return lambda rule: (name(rule), _number(rule.warn), _number(rule.panic))


_WRITERS: Mapping[type[Rule], Callable[[Any], Iterable[str]]] = {
    rules.Load: _levels(lambda _: "LOAD"),
    rules.Up: lambda rule: ("UP", _minutes(rule.recent), _minutes(rule.ancient), rule.color.word),
    rules.Clock: lambda rule: ("CLOCK", str(rule.most), rule.color.word),
    rules.Disk: _file_systems,
    rules.Inode: _file_systems,
    rules.Memory: _levels(lambda rule: _MEMORY_WORDS.get(rule.kind, f"MEM{rule.kind.upper()}")),
    rules.Proc: _proc,
    rules.Port: _port,
    rules.Log: _log,
    rules.File: _file,
    rules.Directory: _directory,
    rules.Service: _service,
    rules.DataSet: _data_set,
    rules.Mib: _mib,
    rules.Queue: _queue,
    rules.Channel: _channel,
    rules.Paging: _levels(lambda _: "PAGING"),
    rules.VirtualSize: _levels(lambda _: "VSIZE"),
    rules.AddressSpaces: _levels(lambda rule: rule.kind.upper()),
    rules.Getvis: _getvis,
    rules.Cics: _cics,
}
