"""analysis.cfg: lines to settings, as xymond_client(8) reads them. Pure; docs/analysis.cfg.md is its page.

What xymond_client ignores is ignored here, what it takes otherwise than it was meant is taken so: each is a problem
with its line. No mistake makes the rest of the file unusable.
"""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from hexmon.config.line import Line, without_comment
from hexmon.config.suggest import Suggestions
from hexmon.judge.clients.analysis_checks import CHECKS
from hexmon.judge.clients.analysis_levels import LEVELS
from hexmon.judge.clients.analysis_order import without_effect
from hexmon.judge.clients.analysis_qualifiers import WORDS, Scope, with_qualifier
from hexmon.judge.clients.analysis_words import Words, qualifier, split_words
from hexmon.judge.clients.rules import AnalysisFile, File, Rule
from hexmon.model.origin import BUILT_IN, Origin, Problem

_READERS = {**LEVELS, **CHECKS}
_INCLUDE = re.compile(r"(optional[ \t]+)?(include|directory)[ \t]")
_DEFAULT = "DEFAULT"[:6]  # so much of it is enough
_KNOWN = Suggestions((*_READERS, "DEFAULT", "TEXT=", "GROUP=", *(f"{word}=" for word in WORDS.values())))
_NO_SCOPE = Scope()


def read_analysis(lines: Iterable[Line]) -> AnalysisFile:
    """The settings of all lines, comments and empty ones among them. Never an exception.

    Lines with includes are those that could not be followed.
    """
    reader = _Reader()
    for line in lines:
        reader.take(line)
    rules = tuple(reader.rules)
    notes = (*reader.notes, *without_effect(rules))
    return AnalysisFile(rules=rules, problems=tuple(reader.problems), notes=notes)


class _Draft:
    """A setting of the line that is being read; `rule` None for one that cannot be used."""

    def __init__(self, rule: Rule | None, scope: Scope) -> None:
        self.rule = rule
        self.scope = scope


class _Reader:
    """The state between lines (rules, block), and that within one (origin, own, drafts)."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self._block = _NO_SCOPE
        self._origin: Origin = BUILT_IN
        self._own = _NO_SCOPE  # the qualifiers of this line
        self._drafts: list[_Draft] = []
        self._draft: _Draft | None = None

    def take(self, line: Line) -> None:
        """One logical line."""
        text = without_comment(line.text)
        if not text or _INCLUDE.match(text):
            return
        self._origin = line.origin
        self._own, self._drafts, self._draft = _NO_SCOPE, [], None
        words = Words(split_words(text), self._mistake, self._note)
        understood = True
        while understood and (word := words.next()) is not None:
            understood = self._word(word, words)
        # Settings make a line theirs; without any its qualifiers hold for what follows, unless it is nonsense.
        if self._draft is None and understood:
            self._block = self._own
        self._finish()

    def _finish(self) -> None:
        for draft in self._drafts:
            if draft.rule is not None:
                scope = draft.scope
                self.rules.append(
                    replace(
                        draft.rule,
                        qualifiers=scope.qualifiers,
                        text=scope.text,
                        groups=scope.groups,
                        origin=self._origin,
                    )
                )

    def _word(self, word: str, words: Words) -> bool:
        """A qualifier, DEFAULT or a setting with its words; False for what ends the line."""
        found = qualifier(word)
        if found is not None:
            self._qualifier(*found)
            if word.startswith("group=") and self._draft is not None and isinstance(self._draft.rule, File):
                self._note(f"'{word}' says who is told of alerts", f"the group of the file is groupid={found[1]}")
            return True
        capitals = word.upper()
        if capitals.startswith(_DEFAULT):
            if capitals != "DEFAULT":
                self._mistake(f"'{word}' is taken as DEFAULT", "write: DEFAULT")
            self._draft = None
            return True
        if capitals not in _READERS:
            self._unknown(word)
            return False
        self._setting(capitals, words)
        return True

    def _qualifier(self, word: str, value: str) -> None:
        if self._draft is not None:
            self._draft.scope = with_qualifier(self._draft.scope, word, value, self._mistake)
            return
        self._own = with_qualifier(self._own, word, value, self._mistake)

    def _setting(self, name: str, words: Words) -> None:
        if self._draft is None and self._own != _NO_SCOPE:
            self._mistake(
                f"the qualifiers before {name} mean nothing on its line",
                f"write them behind {name}, or on a line of their own above it",
            )
        words.setting = name
        self._draft = _Draft(_READERS[name](words), self._block)
        self._drafts.append(self._draft)

    def _unknown(self, word: str) -> None:
        name, equals, _ = word.partition("=")
        meant = _KNOWN.closest(name + equals)
        if self._draft is not None:
            hint = f"did you mean {meant}?" if meant else "write what belongs to a setting before its qualifiers"
            self._mistake(f"'{word}' and what follows it mean nothing here", hint)
        else:
            self._mistake(f"nobody knows '{word}'; the line is left out", f"did you mean {meant}?" if meant else "")

    def _mistake(self, message: str, hint: str) -> None:
        self.problems.append(Problem(self._origin, message, hint, fatal=False))

    def _note(self, message: str, hint: str) -> None:
        self.notes.append(Problem(self._origin, message, hint, fatal=False))
