"""alerts.cfg: lines to rules, as xymond_alert(8) reads them. Pure; docs/alerts.cfg.md is its page.

What xymond_alert ignores is ignored here, what it takes otherwise than it was meant is taken so: each is a problem with
its line, but no rule reaches other people than it did.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from hexmon.alerts.drafts import CriteriaDraft, RecipientDraft, RuleDraft
from hexmon.alerts.filters import FILTERS, WISHES, duration, read_filter
from hexmon.alerts.macros import Macros
from hexmon.alerts.rules import Format, Method, RuleBook
from hexmon.config.line import Line, without_comment
from hexmon.config.suggest import Suggestions
from hexmon.model.color import ALERT_COLORS, Color
from hexmon.model.name_filter import Names
from hexmon.model.origin import BUILT_IN, Origin, Problem

_BLANKS = re.compile(r"[ \t\r\v\f]+")
_INCLUDE = re.compile(r"(optional[ \t]+)?(include|directory)[ \t]")
_FORMATS = {form.value: form for form in Format if form is not Format.SITE}
_PEOPLE = ("MAIL", "SCRIPT", "IGNORE", "CHANNEL=")
_MODIFIERS = ("FORMAT=", "REPEAT=", "STOP", "UNMATCHED", "NOALERT")
_KNOWN = Suggestions((*(f"{name}=" for name in FILTERS), *WISHES, *_PEOPLE, *_MODIFIERS, "DURATION"))
_LOOKS_LIKE_A_WORD = re.compile(r"(SCRIPT|IGNORE|MAIL|[A-Za-z]+=.*)\Z", re.IGNORECASE)


class AlertDefaults(msgspec.Struct, frozen=True):
    """What holds where nothing is written: ALERTCOLORS, and ALERTREPEAT in seconds."""

    colors: frozenset[Color] = ALERT_COLORS
    repeat: float = 1800.0


def read_alerts(lines: Iterable[Line], defaults: AlertDefaults | None = None) -> RuleBook:
    """The rules of all lines, comments and empty ones among them: a line's number (cfid) counts those of all files.

    Lines with includes are those that could not be followed. Never an exception.
    """
    reader = _Reader(defaults or AlertDefaults())
    for line in lines:
        reader.take(line)
    return RuleBook(rules=tuple(rule.finished() for rule in reader.finished()), problems=tuple(reader.problems))


class _Reader:
    """The state between lines (rule, recipient, macros), and that within one (words, first, row)."""

    def __init__(self, defaults: AlertDefaults) -> None:
        self.problems: list[Problem] = []
        self._defaults = defaults
        self._macros = Macros()
        self._rules: list[RuleDraft] = []
        self._rule: RuleDraft | None = None
        self._recipient: RecipientDraft | None = None
        self._number = 0
        self._origin: Origin = BUILT_IN
        self._text = ""
        self._words: Iterator[str] = iter(())
        self._first = True
        self._mailing = False
        self._program: str | None = None
        self._row: list[RecipientDraft] = []

    def finished(self) -> list[RuleDraft]:
        """All rules; those that nobody can hear of are reported."""
        for rule in self._rules:
            self._origin = rule.origin
            if not rule.recipients:
                self._report(
                    "a rule without recipients ends the search: of what it matches rules below are not asked",
                    "write below it: MAIL address, or IGNORE",
                )
            if rule.ageless():
                self._report("FOR counts with one single colour; it is left out", "write beside it: COLOR=red")
        return self._rules

    def take(self, line: Line) -> None:
        """One logical line."""
        self._number += 1
        self._origin = line.origin
        self._text = without_comment(line.text)
        if not self._text or _INCLUDE.match(self._text):
            return
        if self._macros.defines(self._text):
            self._report_macros()
            return
        text = self._macros.expand(self._text)
        self._report_macros()
        self._first, self._mailing, self._program, self._row = True, False, None, []
        self._words = filter(None, _BLANKS.split(text))
        for word in self._words:
            self._word(word)
        self._share()

    def _word(self, word: str) -> None:
        takers: tuple[Callable[[str], bool], ...] = (self._filter, self._modifier, self._person)
        if any(take(word) for take in takers):
            self._first = False
        else:
            self._unknown(word)

    def _filter(self, word: str) -> bool:
        found = read_filter(word, self._defaults.colors)
        if found is None:
            return False
        criteria = self._criteria()
        if found.field and self._replaces(word, criteria.values.get(found.field), found.value):
            criteria.values[found.field] = found.value
        if self._recipient is not None:
            self._recipient.said.append(word)
        for message, hint in found.mistakes:
            self._report(f"{word}: {message}" if word not in message else message, hint)
        return True

    def _replaces(self, word: str, before: object, value: object) -> bool:
        """Whether a filter is in force. Of two of a kind it is the second, but a list does not replace a pattern."""
        if before is None:
            return True
        held = isinstance(before, Names) and before.is_pattern and isinstance(value, Names) and value.text[:1] != "%"
        what = "does not take the place of the pattern before it" if held else "takes the place of what is before it"
        self._report(f"'{word}' {what}", "write one filter of a kind")
        return not held

    def _criteria(self) -> CriteriaDraft:
        """Those that the next filter belongs to: of a new rule, of this one, or of its last recipient."""
        if self._first or self._rule is None:
            criteria = CriteriaDraft(self._text)
            self._rule = RuleDraft(self._number, self._text, self._origin, criteria)
            self._rules.append(self._rule)
            self._recipient = None
        elif self._recipient is None:
            criteria = self._rule.criteria
        else:
            criteria = self._recipient.criteria or CriteriaDraft(self._text)
            self._recipient.criteria = criteria
        criteria.line = self._number
        return criteria

    def _modifier(self, word: str) -> bool:
        recipient = self._recipient
        if recipient is None:
            return False
        capitals, value = word.upper(), word.partition("=")[2]
        if capitals.startswith("FORMAT="):
            self._format(recipient, value.upper())
        elif capitals.startswith("REPEAT="):
            self._repeat(recipient, value)
        elif capitals == "STOP":
            recipient.stop = True
        elif capitals == "UNMATCHED":
            recipient.unmatched = True
        elif capitals.startswith("NOALERT"):
            recipient.noalert = True
            recipient.said.append(word)
        else:
            return False
        return True

    def _format(self, recipient: RecipientDraft, value: str) -> None:
        found = _FORMATS.get(value)
        if found is None:
            self._report(f"'{value}' is no format; it is left out", f"one of {', '.join(_FORMATS)}")
            return
        recipient.format = found
        recipient.said.append(f"FORMAT={value}")

    def _repeat(self, recipient: RecipientDraft, value: str) -> None:
        recipient.seconds, mistakes = duration(value)
        recipient.said.append(f"REPEAT={value}")
        for message, hint in mistakes:
            self._report(f"REPEAT={value}: {message}", hint)
        if not recipient.seconds and not mistakes:
            self._report(f"REPEAT={value} repeats once a minute", "write: REPEAT=30")

    def _person(self, word: str) -> bool:
        if self._rule is None:
            return False
        capitals = word.upper()
        if capitals.startswith("CHANNEL="):
            self._channel(word.partition("=")[2])
        elif self._mailing or capitals.startswith("MAIL"):
            self._mail(word)
        elif self._program is not None or capitals == "SCRIPT" or capitals.startswith("SCRIPT="):
            self._script(word)
        elif capitals.startswith("IGNORE"):
            self._add(Method.IGNORE)
            if capitals != "IGNORE":
                self._report(f"'{word}' is taken as IGNORE", "write: IGNORE")
        else:
            return False
        return True

    def _channel(self, value: str) -> None:
        name, _, address = value.partition(":")
        if not name:
            self._report("CHANNEL= without the name of a channel", "write: CHANNEL=name or CHANNEL=name:address")
            return
        self._add(Method.CHANNEL, address, channel=name)

    def _mail(self, word: str) -> None:
        self._mailing = True
        address: str | None = word
        if word.upper() == "MAIL":
            address = next(self._words, None)
        elif word.upper().startswith("MAIL="):
            address = word[len("MAIL=") :]
        elif _LOOKS_LIKE_A_WORD.match(word):
            self._report(f"'{word}' behind MAIL is taken as an address", "begin a new line for another recipient")
        if address is None:
            self._report("MAIL without an address; it is left out", "write: MAIL address")
            return
        if not address:
            self._report("MAIL= without an address: the mail cannot be sent", "write: MAIL=address")
        self._add(Method.MAIL, address)

    def _script(self, word: str) -> None:
        address: str | None = word
        if word.upper() == "SCRIPT":
            self._program = next(self._words, "")
            address = next(self._words, None)
        elif word.upper().startswith("SCRIPT="):
            self._program = word[len("SCRIPT=") :]
            address = next(self._words, None)
        program = self._program or ""
        if address is None:
            self._report("SCRIPT without a recipient; it is left out", "write: SCRIPT /path/to/program recipient")
            return
        if not program:
            self._report("SCRIPT= without a program: it cannot be run", "write: SCRIPT=/path/to/program recipient")
        self._add(Method.SCRIPT, address, program=program)

    def _add(self, method: Method, address: str = "", *, program: str = "", channel: str = "") -> None:
        assert self._rule is not None  # noqa: S101 - asked before
        self._recipient = RecipientDraft(method, self._number, self._text, address, program, channel)
        self._recipient.seconds = self._defaults.repeat
        if method is Method.SCRIPT:
            self._recipient.format = Format.SCRIPT
        self._rule.recipients.append(self._recipient)
        self._row.append(self._recipient)

    def _share(self) -> None:
        """At the end of a line: what its last recipient says holds for all of the line."""
        for recipient in self._row[:-1]:
            if recipient.said:
                lost = " ".join(recipient.said)
                self._report(
                    f"'{lost}' is lost: what holds for the recipients of a line stands behind the last of them",
                    "begin a new line for each recipient",
                )
            recipient.take_over(self._row[-1])

    def _unknown(self, word: str) -> None:
        capitals = word.upper()
        if self._rule is None and capitals.startswith(_PEOPLE):
            self._report(f"'{word}' before any rule: nobody is told", "write above it: HOST=*")
        elif capitals.startswith(_MODIFIERS):
            self._report(f"'{word}' before any recipient; it is left out", "write it behind MAIL or SCRIPT")
        else:
            name, equals, _ = word.partition("=")
            meant = _KNOWN.closest(name + equals)
            self._report(f"nobody knows '{word}'; it is left out", f"did you mean {meant}?" if meant else "")

    def _report_macros(self) -> None:
        for message, hint in self._macros.mistakes:
            self._report(message, hint)

    def _report(self, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self._origin, message, hint, fatal=False))
