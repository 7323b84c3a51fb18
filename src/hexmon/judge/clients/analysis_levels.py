"""The settings of analysis.cfg whose words have fixed places: limits of load, disks, memory and the like. Pure."""

import re
from collections.abc import Callable, Mapping

from hexmon.judge.clients import rules
from hexmon.judge.clients.analysis_words import Words
from hexmon.judge.clients.rules import Level, MemoryKind, Rule
from hexmon.model.color import Color

_DIGITS = re.compile(r"[0-9]*")
_SURELY_UNITS = 200  # above that nobody means per cent
_FOREVER = -1
_LEVEL = re.compile(r"[0-9]{1,18}[Uu%]?")
_MEMORY: tuple[tuple[MemoryKind, int, int, tuple[str, ...]], ...] = (
    ("phys", 100, 101, ("MEMPHYS", "MEMREAL", "PHYS")),
    ("swap", 50, 80, ("MEMSWAP", "SWAP")),
    ("act", 90, 97, ("MEMACT", "ACTUAL", "ACT")),
    ("csa", 90, 95, ("MEMCSA",)),
    ("ecsa", 90, 95, ("MEMECSA",)),
    ("sqa", 90, 95, ("MEMSQA",)),
    ("esqa", 90, 95, ("MEMESQA",)),
)

Reader = Callable[[Words], Rule | None]


def _in_order(words: Words, warn: float, panic: float) -> None:
    if warn > panic:
        words.note(f"{words.setting}: it is red from {panic:g} on, and so never yellow", "write the lower number first")


def _load(words: Words) -> Rule:
    warn, panic = words.real(5.0), words.real(10.0)
    _in_order(words, warn, panic)
    return rules.Load(warn=warn, panic=panic)


def _up(words: Words) -> Rule:
    recent, ancient = _limit(words), _limit(words)
    return rules.Up(
        recent=3600.0 if recent is None else None if recent == _FOREVER else recent,
        ancient=None if ancient == _FOREVER else ancient,
        color=words.color(Color.YELLOW),
    )


def _limit(words: Words) -> float | None:
    """Seconds, or _FOREVER for no limit; None when nothing is written."""
    word = words.take()
    return None if word is None else _FOREVER if word == "-1" else words.to_seconds(word)


def _clock(words: Words) -> Rule:
    return rules.Clock(most=words.whole(60), color=words.color(Color.YELLOW))


def _disk(words: Words) -> Rule:
    return _file_systems(words, rules.Disk())


def _inode(words: Words) -> Rule:
    return _file_systems(words, rules.Inode())


def _file_systems(words: Words, usual: rules.FileSystems) -> Rule:
    kind = type(usual)
    name = words.take()
    if name is None:
        words.mistake(f"{words.setting} without a file system; it means nothing", f"write: {words.setting} * 90 95")
        return kind(warn=usual.warn, panic=usual.panic)
    names = words.to_expression(name)
    if (words.peek() or "").lower() == "ignore":
        words.take()
        return kind(names=names, warn=usual.warn, panic=usual.panic, ignored=True)
    warn, panic = _level(words, usual.warn), _level(words, usual.panic)
    _levels_in_order(words, warn, panic)
    least, most = words.whole(0), words.whole(-1)
    return kind(
        names=names,
        warn=warn,
        panic=panic,
        least=least,
        most=None if most == -1 else most,
        color=words.color(Color.RED),
    )


def _level(words: Words, usual: Level) -> Level:
    word = words.take()
    if word is None:
        return usual
    digits = _DIGITS.match(word)
    unit = word[digits.end() :][:1] if digits else ""
    value = words.to_whole(word[: len(word) - 1] if _LEVEL.fullmatch(word) and unit else word, most=2**63 - 1)
    return Level(value, free=unit in ("U", "u") or (unit != "%" and value > _SURELY_UNITS))


def _levels_in_order(words: Words, warn: Level, panic: Level) -> None:
    if warn.free != panic.free:
        return
    if warn.free and warn.value < panic.value:
        hint = "what must be free is more for yellow than for red"
        words.note(f"{words.setting}: with less than {panic.value} free it is red, and so never yellow", hint)
    elif not warn.free:
        _in_order(words, warn.value, panic.value)


def _memory(kind: MemoryKind, warn: int, panic: int) -> Reader:
    def read(words: Words) -> Rule:
        levels = words.whole(warn), words.whole(panic)
        _in_order(words, *levels)
        return rules.Memory(kind=kind, warn=levels[0], panic=levels[1])

    return read


def _paging(words: Words) -> Rule:
    return rules.Paging(warn=words.whole(5), panic=words.whole(10))


def _vsize(words: Words) -> Rule:
    return rules.VirtualSize(warn=words.whole(90), panic=words.whole(95))


def _maxuser(words: Words) -> Rule:
    return rules.AddressSpaces(kind="maxuser", warn=words.whole(101), panic=words.whole(101))


def _nparts(words: Words) -> Rule:
    return rules.AddressSpaces(kind="nparts", warn=words.whole(101), panic=words.whole(101))


def _getvis(words: Words) -> Rule:
    name = words.take()
    if name is None:
        words.mistake("GETVIS without a partition; it means nothing", "write: GETVIS * 90 95")
        return rules.Getvis()
    return rules.Getvis(
        partition=words.to_expression(name),
        warn=words.whole(90),
        panic=words.whole(95),
        warn_any=words.whole(90),
        panic_any=words.whole(95),
    )


def _cics(words: Words) -> Rule:
    name = words.take()
    if name is None:
        words.mistake("CICS without an application; it means nothing", "write: CICS * DSA 90 95 EDSA 90 95")
        return rules.Cics()
    levels = {"DSA": (90, 95), "EDSA": (90, 95)}
    for _ in range(2):
        area = words.take()
        if area is None:
            break
        if area.upper() in levels:
            levels[area.upper()] = words.whole(90), words.whole(95)
        else:
            words.unknown(area, levels)
    (warn, panic), (warn_edsa, panic_edsa) = levels["DSA"], levels["EDSA"]
    return rules.Cics(
        application=words.to_expression(name),
        warn_dsa=warn,
        panic_dsa=panic,
        warn_edsa=warn_edsa,
        panic_edsa=panic_edsa,
    )


LEVELS: Mapping[str, Reader] = {
    "LOAD": _load,
    "UP": _up,
    "CLOCK": _clock,
    "DISK": _disk,
    "INODE": _inode,
    **{word: _memory(kind, warn, panic) for kind, warn, panic, words in _MEMORY for word in words},
    "PAGING": _paging,
    "VSIZE": _vsize,
    "MAXUSER": _maxuser,
    "NPARTS": _nparts,
    "GETVIS": _getvis,
    "CICS": _cics,
}
"""The settings, and what reads the words behind each."""
