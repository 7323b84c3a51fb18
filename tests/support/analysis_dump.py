"""What the real xymond_client understands of an analysis.cfg (`--dump-config`), and hexmon's settings in that form."""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hexmon.config.lines import read_file
from hexmon.judge.clients import rules as r
from hexmon.judge.clients.analysis_cfg import read_analysis
from hexmon.judge.clients.analysis_dump import setting_words
from hexmon.judge.clients.analysis_qualifiers import WORDS
from hexmon.judge.clients.rules import AnalysisFile, Rule
from tests.support.peers import peer

_LINE = re.compile(rb".* \(line: \d+\)\Z", re.DOTALL)
_UNKNOWN = re.compile(r"(?<=[ =])unknown\b")
_BOTH_SIGNS = re.compile(r"([<>])([0-9.]+) \1=\2")  # `>5 >=5`: the second is what counts
_QUALIFIERS = (
    "TIME", "EXTIME", "HOST", "EXHOST", "DISPLAYGROUP", "EXDISPLAYGROUP", "PAGE", "EXPAGE", "CLASS", "EXCLASS",
)  # fmt: skip
_FIELDS = {word: field for field, word in WORDS.items()}
_MEMORY = {"phys": "MEMREAL", "csa": "MEMREAL", "swap": "MEMSWAP", "ecsa": "MEMSWAP", "act": "MEMACT", "sqa": "MEMACT"}
_ORDER = (
    "type", "mode", "size", "links", "ownerid", "owner", "groupid", "group", "ctime", "mtime", "atime",
    "md5", "sha1", "sha256", "sha512", "sha224", "sha384", "rmd160",
)  # fmt: skip


class RealAnalysis:
    """A folder; its `etc` holds the files."""

    def __init__(self, home: Path) -> None:
        self.etc = home / "etc"
        self.etc.mkdir(parents=True, exist_ok=True)
        self._program = str(peer("xymond_client"))
        self._environment = {"PATH": os.environ["PATH"], "XYMONHOME": str(home), "TZ": "UTC"}

    def dump(self) -> list[str]:
        """Its lines, without quotes, each with the number of the line of the file."""
        done = subprocess.run(
            [self._program, f"--config={self.etc / 'analysis.cfg'}", "--dump-config"],
            cwd=self.etc,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, (done.returncode, done.stderr[-500:])
        lines = [line for line in done.stdout.split(b"\n") if _LINE.match(line)]
        return [_plain(line.decode(errors="surrogateescape")) for line in lines]

    def ours(self) -> tuple[AnalysisFile, list[str]]:
        """What hexmon reads, and the same lines made of it."""
        lines = read_file(self.etc / "analysis.cfg", [], tool="daemon", keep_unread=True).lines
        numbers = {line.origin: number for number, line in enumerate(lines, 1)}
        file = read_analysis(lines)
        return file, [f"{_plain(_dumped(rule))} (line: {numbers[rule.origin]})" for rule in file.rules]


def _plain(line: str) -> str:
    """Without what differs on purpose: quotes inside of words, colours that are none, TRACK without a name,
    limits of DS that say nothing new."""
    line = _UNKNOWN.sub("red", line.replace('"', "").replace(" TRACK= ", " TRACK "))
    return _BOTH_SIGNS.sub(r"\1=\2", line)


def _dumped(rule: Rule) -> str:
    return "".join(_parts(rule))


def _parts(rule: Rule) -> Iterator[str]:
    yield " ".join(_WRITERS.get(type(rule), setting_words)(rule))
    if rule.track is not None:
        yield f" TRACK={rule.track}" if rule.track else " TRACK"
    if getattr(rule, "optional", False):
        yield " OPTIONAL"
    for word in _QUALIFIERS:
        value = getattr(rule.qualifiers, _FIELDS[word])
        if value is not None:
            yield f" {word}={value.text}"
    if rule.text:
        yield f" TEXT={rule.text}"


def _whole(value: float | None) -> str:
    return "-1" if value is None else f"{value:.0f}"


def _two(word: str) -> Callable[[Any], list[str]]:
    return lambda rule: [word, str(rule.warn), str(rule.panic)]


def _file_systems(rule: Any) -> list[str]:
    if rule.names is None:
        return []
    words = ["DISK" if isinstance(rule, r.Disk) else "INODE", rule.names.text]
    if rule.ignored:
        return [*words, "IGNORE"]
    levels = [f"{level.value % 2**64}{'U' if level.free else '%'}" for level in (rule.warn, rule.panic)]
    return [*words, *levels, str(rule.least), _whole(rule.most), rule.color.word]


def _memory(rule: Any) -> list[str]:
    return [_MEMORY.get(rule.kind, ""), str(rule.warn), str(rule.panic)]


def _named(*pairs: tuple[str, Any]) -> list[str]:
    return [f"{key}={getattr(value, 'text', value)}" for key, value in pairs if value is not None]


def _log(rule: Any) -> list[str]:
    if rule.file is None or rule.match is None:
        return []
    return [
        "LOG",
        rule.file.text,
        *_named(("MATCH", rule.match), ("COLOR", rule.color.word), ("IGNORE", rule.ignore)),
    ]


def _file(rule: Any) -> list[str]:
    checks = sorted(rule.checks, key=lambda one: (_ORDER.index(one.property), "><=".index(one.sign)))
    names = {"ownerid": "owner", "groupid": "group"}
    words = [
        f"{names.get(one.property, one.property)}{one.sign}{one.value:o}"
        if one.property == "mode"
        else f"{names.get(one.property, one.property)}{one.sign}{one.value}"
        for one in checks
    ]
    return ["FILE", rule.name.text, rule.color.word, *(["noexist"] if rule.absent else []), *words]


def _directory(rule: Any) -> list[str]:
    limits = [f"size{sign}{value}" for sign, value in ((">", rule.above), ("<", rule.below)) if value is not None]
    return ["DIR", rule.name.text, rule.color.word, *limits]


def _port(rule: Any) -> list[str]:
    words = ("local", rule.local), ("exlocal", rule.ex_local), ("remote", rule.remote), ("exremote", rule.ex_remote)
    least = None if rule.least == -1 else rule.least
    states = ("state", rule.state), ("exstate", rule.ex_state)
    return ["PORT", *_named(*words, *states, ("min", least), ("max", rule.most), ("color", rule.color.word))]


def _service(rule: Any) -> list[str]:
    return [
        "SVC",
        rule.name.text,
        *_named(("status", rule.state), ("startup", rule.startup), ("color", rule.color.word)),
    ]


def _mib(rule: Any) -> list[str]:
    words = ("key", rule.key), ("min", rule.least), ("max", rule.most), ("match", rule.match)
    return ["MIB", rule.name.text, *_named(*words, ("color", rule.color.word))]


def _data_set(rule: Any) -> list[str]:
    limits = [f"{sign}{value:.2f}" for sign, value in rule.limits]
    return ["DS", rule.column, f"{rule.file.text}:{rule.data_set}", *limits, f"color={rule.color.word}"]


def _queue(rule: Any) -> list[str]:
    depths = ("depth-warn", rule.warn_depth), ("depth-critical", rule.panic_depth)
    ages = ("age-warn", rule.warn_age), ("age-critical", rule.panic_age)
    return ["MQ_QUEUE", f"{rule.manager.text}:{rule.name.text}", *_named(*depths, *ages)]


def _channel(rule: Any) -> list[str]:
    names = f"{rule.manager.text}:{rule.name.text}"
    return ["MQ_CHANNEL", names, *_named(("warning", rule.warn), ("alert", rule.panic))]


def _cics(rule: Any) -> list[str]:
    if rule.application is None:
        return []
    dsa = f"DSA warning:{rule.warn_dsa}, DSA panic:{rule.panic_dsa}"
    edsa = f"EDSA warning{rule.warn_edsa}, EDSA panic:{rule.panic_edsa}"
    return [f"CICS: Appid:{rule.application.text}, {dsa}, {edsa}"]


def _spaces(rule: Any) -> Iterable[str]:
    return ["MAXUSER: " if rule.kind == "maxuser" else " NPARTS: ", str(rule.warn), str(rule.panic)]


_WRITERS: Mapping[type[Rule], Callable[[Any], Iterable[str]]] = {
    r.Load: lambda rule: ["LOAD", f"{rule.warn:.2f}", f"{rule.panic:.2f}"],
    r.Up: lambda rule: ["UP", _whole(rule.recent), _whole(rule.ancient)],
    r.Clock: lambda rule: ["CLOCK", str(rule.most)],
    r.Disk: _file_systems,
    r.Inode: _file_systems,
    r.Memory: _memory,
    r.Proc: lambda rule: ["PROC", rule.pattern.text, str(rule.least), _whole(rule.most), rule.color.word],
    r.Port: _port,
    r.Log: _log,
    r.File: _file,
    r.Directory: _directory,
    r.Service: _service,
    r.Mib: _mib,
    r.DataSet: _data_set,
    r.Queue: _queue,
    r.Channel: _channel,
    r.Paging: _two("PAGING"),
    r.VirtualSize: _two("z/VSE VSIZE"),
    r.AddressSpaces: _spaces,
    r.Getvis: lambda _: [],
    r.Cics: _cics,
}
