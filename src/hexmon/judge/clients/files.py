"""The square files: what files and directories are like, against each FILE and DIR."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from hexmon.judge.clients.contract import Figures, Made, Square, View
from hexmon.judge.clients.counts import Tally, is_bad, without_colons
from hexmon.judge.clients.file_checks import failures
from hexmon.judge.clients.file_facts import FileFacts, read_facts, whole
from hexmon.judge.clients.line_search import TooSlowError
from hexmon.judge.clients.lines import lines_of
from hexmon.judge.clients.rules import Directory, File
from hexmon.judge.clients.shown import Told, link, too_slow, word
from hexmon.model.color import WORDS, Color

_PREFIXES = ("file", "logfile", "dir")
_MOST_FILES = 10_000
_LONGEST_NAME = 1000  # of a figure
_Sentences = list[str]
_R = TypeVar("_R", File, Directory)


class _Seen(msgspec.Struct):
    """What was found out about a file or directory. `track` is the name of its figure, None for none."""

    size: int
    track: str | None = None
    judged: bool = False  # whether a setting means it
    color: Color = Color.GREEN
    sentences: _Sentences = msgspec.field(default_factory=list)


def files(view: View) -> Iterator[Made]:
    """files, from the sections [file:NAME], [logfile:NAME] (where a setting means them) and [dir:NAME]; and sizes."""
    if "files" in view.host.nocolumns:
        return
    judge = _Judge(view)
    sections = [(name, text) for name, text in view.data.below("") if name.partition(":")[0] in _PREFIXES]
    for section, text in reversed(sections[-_MOST_FILES:]):
        judge.section(section, text)
    if judge.tally.color is None and view.settings.clear_files:
        judge.tally.add(view.settings.clear_color)
        judge.told.tell(Color.GREEN, "No files checked")
    color = judge.tally.color
    if color is not None:
        yield Square(
            test="files",
            color=color,
            line=f"- Files {'NOT ok' if is_bad(color) else 'ok'}",
            body=judge.told.body("files", max(0, len(sections) - _MOST_FILES)),
            groups=judge.tally.groups,
        )
    if judge.sizes:
        yield Figures("filesizes", "".join(judge.sizes))


class _Judge:
    """Takes one section after the other."""

    def __init__(self, view: View) -> None:
        self.tally = Tally()
        self.told = Told(view.settings.longest)
        self.sizes: list[str] = []
        self._view = view
        self._effort = view.effort
        self._files = view.rules.all(File)
        self._directories = view.rules.all(Directory)

    def section(self, section: str, text: str) -> None:
        """[file:NAME], or one of the other two."""
        kind, colon, name = section.partition(":")
        if not colon:
            return
        seen = self._directory(name, text) if kind == "dir" else self._file(name, text)
        if seen.track is not None:
            self.sizes.append(f"{without_colons(seen.track or name[:_LONGEST_NAME])}:{seen.size}\n")
        if kind == "logfile" and not seen.judged:
            return
        self.tally.add(seen.color)
        sentences = seen.sentences if seen.color is not Color.GREEN else []
        head = f"&{WORDS[seen.color]} {link(self._view, section, name)}"
        self.told.tell(seen.color, "\n".join(["", head, *sentences, ""]))

    def _file(self, name: str, text: str) -> _Seen:
        facts = read_facts(text)
        seen = _Seen(facts.size)
        for rule in self._meant(self._files, name, seen):
            seen.judged = True
            sentences = self._wrong(rule, facts)
            self._add(seen, rule.color if sentences else Color.GREEN, sentences, rule.groups)
            if rule.track is not None and facts.exists and not rule.absent:
                seen.track = rule.track
        return seen

    def _meant(self, rules: Iterable[_R], name: str, seen: _Seen) -> Iterator[_R]:
        """The settings that mean this name; of those that took too long it is told."""
        for rule in rules:
            try:
                if self._effort.names(rule.name, name):
                    yield rule
            except TooSlowError:
                self._add(seen, Color.YELLOW, [too_slow(rule.name.text)], rule.groups)
                if self._effort.used_up:
                    return

    def _wrong(self, rule: File, facts: FileFacts) -> _Sentences:
        if not facts.exists:
            return [] if rule.optional or rule.absent else ["File is missing"]
        if rule.absent:
            return ["File exists"]
        return list(failures(facts, rule.checks, self._view.now))

    def _directory(self, name: str, text: str) -> _Seen:
        size = _size_of(name, text)
        seen = _Seen(size or 0)
        if size is None:
            seen.color = Color.YELLOW
            seen.sentences.append(f"Could not determine size of directory {word(name)}")
            return seen
        for rule in self._meant(self._directories, name, seen):
            sentences = list(_beyond(rule, size))
            self._add(seen, rule.color if sentences else Color.GREEN, sentences, rule.groups)
            if rule.track is not None:
                seen.track = rule.track
        return seen

    def _add(self, seen: _Seen, color: Color, sentences: Sequence[str], groups: tuple[str, ...]) -> None:
        seen.color = max(seen.color, color)
        seen.sentences += sentences
        self.tally.add(color, groups)


def _size_of(name: str, text: str) -> int | None:
    """What du says of that directory itself; it prints those below it too."""
    size: int | None = None
    for line in lines_of(text):
        if line.endswith(name):
            number, blank, rest = line.replace("\t", " ").partition(" ")
            if blank and rest.lstrip(" ") == name.replace("\t", " "):
                size = whole(number)
    return size


def _beyond(rule: Directory, size: int) -> Iterator[str]:
    if rule.below is not None and size > rule.below:
        yield f"Directory has size {size}  - should be <{rule.below}"
    if rule.above is not None and size < rule.above:
        yield f"Directory has size {size}  - should be >{rule.above}"
