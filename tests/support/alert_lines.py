"""Lines of an alerts.cfg as values: written down for xymond_alert, compiled for the plan."""

from collections.abc import Iterable
from dataclasses import dataclass

from hexmon.alerts.rules import Constant, Criteria, Format, Method, Recipient, Rule, RuleBook
from hexmon.model.color import BY_WORD
from hexmon.model.name_filter import Names
from hexmon.model.origin import Origin
from hexmon.model.times import Times
from hexmon.model.timespec import parse_timespec

_FLAGS = ("RECOVERED", "NOTICE")


@dataclass(frozen=True)
class Words:
    """Filters, and what only recipients have. Durations are minutes."""

    host: str = ""
    colors: tuple[str, ...] = ()
    longer: int = 0
    shorter: int = 0
    time: str = ""
    recovered: bool | None = None
    notice: bool | None = None

    def text(self) -> str:
        words = [
            f"HOST={self.host}" if self.host else "",
            f"COLOR={','.join(self.colors)}" if self.colors else "",
            f"DURATION>{self.longer}" if self.longer else "",
            f"DURATION<{self.shorter}" if self.shorter else "",
            f"TIME={self.time}" if self.time else "",
            *(_flag(name, wanted) for name, wanted in zip(_FLAGS, (self.recovered, self.notice), strict=True)),
        ]
        return " ".join(word for word in words if word)

    def criteria(self) -> Criteria:
        return Criteria(
            hosts=Names(self.host) if self.host else None,
            colors=frozenset(BY_WORD[color] for color in self.colors) if self.colors else None,
            longer=self.longer * 60.0 + 1 if self.longer else None,
            shorter=self.shorter * 60.0 - 1 if self.shorter else None,
            times=Times(self.time, parse_timespec(self.time)) if self.time else None,
            recovered=self.recovered,
            notice=self.notice,
        )


def _flag(name: str, wanted: bool | None) -> str:
    return "" if wanted is None else name if wanted else f"NO{name}"


@dataclass(frozen=True)
class To:
    """A recipient. `program` is that of a SCRIPT, `mail` for MAIL."""

    address: str
    words: Words = Words()
    repeat: int = 30
    program: str = "one"
    stop: bool = False
    unmatched: bool = False
    noalert: bool = False

    def text(self, folder: str) -> str:
        names = {"STOP": self.stop, "UNMATCHED": self.unmatched, "NOALERT": self.noalert}
        start = f"MAIL {self.address}" if self.program == "mail" else f"SCRIPT {folder}/{self.program} {self.address}"
        flags = [name for name, on in names.items() if on]
        return " ".join([start, f"REPEAT={self.repeat}", *flags, self.words.text()])

    def recipient(self, line: int) -> Recipient:
        mail = self.program == "mail"
        return Recipient(
            method=Method.MAIL if mail else Method.SCRIPT,
            address=self.address,
            program="" if mail else self.program,
            format=Format.TEXT if mail else Format.SCRIPT,
            pacing=Constant(self.repeat * 60.0),
            criteria=self.words.criteria(),
            stop=self.stop,
            unmatched=self.unmatched,
            noalert=self.noalert,
            line=line,
        )


@dataclass(frozen=True)
class Block:
    """A rule and its recipients."""

    words: Words
    to: tuple[To, ...]


def as_text(blocks: Iterable[Block], folder: str = "bin") -> str:
    """An alerts.cfg whose programs are in that folder."""
    lines = [line for block in blocks for line in (block.words.text(), *("\t" + to.text(folder) for to in block.to))]
    return "\n".join([*lines, ""])


def as_book(blocks: Iterable[Block]) -> RuleBook:
    """The same, compiled; its lines are numbered as in the text."""
    rules: list[Rule] = []
    line = 0
    for block in blocks:
        line += 1
        recipients = tuple(to.recipient(line + number) for number, to in enumerate(block.to, 1))
        rules.append(
            Rule(
                line=line,
                text=block.words.text(),
                origin=Origin("alerts.cfg", line),
                criteria=block.words.criteria(),
                recipients=recipients,
            )
        )
        line += len(block.to)
    return RuleBook(rules=tuple(rules))
