"""alerts.yaml: rules with pacing, escalation and rotations, parents, heartbeats, thresholds (docs/alerts.yaml.md).

A file with a mistake has problems, and beside them what could be read all the same.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hexmon.alerts.criteria_yaml import criteria_of
from hexmon.alerts.heartbeat import CheckHeartbeat
from hexmon.alerts.notify.http_options import read_url
from hexmon.alerts.recipients_yaml import Recipients
from hexmon.alerts.rotations_yaml import People
from hexmon.alerts.rules import Method, Recipient, Rule, RuleBook
from hexmon.alerts.thresholds import Threshold, Thresholds, thresholds_of
from hexmon.alerts.topology import Parent
from hexmon.alerts.yaml_shapes import AlertsShape, RuleShape, ThresholdShape
from hexmon.config.decode import Place, dotted
from hexmon.config.expand import Expander
from hexmon.config.lines import decode_text
from hexmon.config.yaml_file import YamlFile, decode_yaml, read_yaml
from hexmon.model.origin import ConfigError, Origin, Problem

_SECRET_LISTS = ("heartbeats", "thresholds")
_SPARE = "x-"  # keys at the top that begin so hold what anchors name


class AlertsFile(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts.yaml says. `channels` are tables of channels that its thresholds need (alerts/channels.py)."""

    book: RuleBook = RuleBook()
    parents: tuple[Parent, ...] = ()
    heartbeats: tuple[CheckHeartbeat, ...] = ()
    channels: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def load(
    path: Path, environ: Mapping[str, str] | None = None, *, on_path: Callable[[Path], object] | None = None
) -> AlertsFile:
    """That file. Whatever is in it, this raises nothing. `on_path` is called with every file before it is read."""
    problems: list[Problem] = []
    expander = Expander(os.environ if environ is None else environ, path.parent, problems)
    if on_path is not None:
        on_path(path)
        expander.on_path = on_path
    try:
        text = decode_text(path.read_bytes())
    except OSError as error:
        return _unread((Problem(Origin(path.name), f"cannot be read: {error.strerror}"),))
    return _read(text, path.name, expander, problems)


def read_rules(text: str, source: str = "alerts.yaml", environ: Mapping[str, str] | None = None) -> AlertsFile:
    """The same for a text. `environ` is where `${NAME}` looks."""
    problems: list[Problem] = []
    return _read(text, source, Expander(environ or {}, Path(), problems), problems)


def _unread(problems: tuple[Problem, ...]) -> AlertsFile:
    return AlertsFile(book=RuleBook(problems=problems), problems=problems)


def _read(text: str, source: str, expander: Expander, problems: list[Problem]) -> AlertsFile:
    try:
        file = read_yaml(text, source)
        shape = decode_yaml(AlertsShape, _complete(file, expander))
    except ConfigError as error:
        return _unread((*problems, *error.problems))
    return _Compiler(file, shape, problems).compile()


def _complete(file: YamlFile, expander: Expander) -> YamlFile:
    """With what stands elsewhere, without what only anchors need."""
    if not isinstance(file.value, dict):
        return file
    value = {key: item for key, item in file.value.items() if not key.startswith(_SPARE)}
    for key in _SECRET_LISTS:
        if isinstance(value.get(key), list):
            items = enumerate(value[key])
            value[key] = [expander.expand(item, file.locate((key, number))) for number, item in items]
    return msgspec.structs.replace(file, top=msgspec.structs.replace(file.top, value=value))


class _Compiler:
    def __init__(self, file: YamlFile, shape: AlertsShape, problems: list[Problem]) -> None:
        self._file = file
        self._shape = shape
        self._problems = problems
        people = People(shape, self._complain)
        self._recipients = Recipients(people, self._complain, shape.zone, shape.quiet)

    def compile(self) -> AlertsFile:
        """Everything; a rule with a mistake is left out."""
        rules = [rule for number, one in enumerate(self._shape.rules) for rule in self._rule(number, one)]
        parents = tuple(self._parents())
        thresholds = self._thresholds()
        heartbeats = tuple(self._heartbeats())
        problems = tuple(sorted(dict.fromkeys(self._problems), key=lambda problem: problem.origin.line or 0))
        return AlertsFile(
            book=RuleBook(rules=(*rules, *thresholds.rules), problems=problems),
            parents=parents,
            heartbeats=heartbeats,
            channels=thresholds.channels,
            problems=problems,
        )

    def _rule(self, number: int, shape: RuleShape) -> Iterator[Rule]:
        place: Place = ("rules", number)
        before = len(self._problems)
        zone = self._recipients.zone_of(shape)
        criteria = criteria_of(shape, zone, lambda key, *said: self._complain((*place, "match", key), *said))
        told = [
            recipient
            for item, tell in enumerate(shape.tell)
            for recipient in self._recipients.told(
                shape, tell, (*place, "tell", item), self._line(*place, "tell", item)
            )
        ]
        self._refuse_odd(shape, place)
        line = self._line(*place)
        if shape.stop or shape.ignore:
            told.append(Recipient(method=Method.IGNORE, line=line, text="ignore" if shape.ignore else "stop"))
        if len(self._problems) == before:
            yield Rule(
                line=line,
                text=shape.name or f"rule {number + 1}",
                origin=self._file.locate(place),
                criteria=criteria,
                recipients=tuple(told),
            )

    def _refuse_odd(self, shape: RuleShape, place: Place) -> None:
        if shape.ignore and shape.tell:
            self._complain(place, "'ignore' and 'tell' contradict each other", "take one of them away")
        elif not (shape.tell or shape.ignore or shape.stop):
            self._complain(place, "it tells nobody", "write tell:, or ignore: true")

    def _parents(self) -> Iterator[Parent]:
        for number, one in enumerate(self._shape.parents):
            origin = self._file.locate(("parents", number))
            yield Parent(child=",".join(one.child), parents=one.parents, need=one.need, origin=origin)

    def _heartbeats(self) -> Iterator[CheckHeartbeat]:
        for number, one in enumerate(self._shape.heartbeats):
            try:
                read_url(one.url)
            except ValueError as error:
                self._complain(("heartbeats", number, "url"), str(error), "")
            else:
                yield one

    def _thresholds(self) -> Thresholds:
        return thresholds_of(
            row for number, shape in enumerate(self._shape.thresholds) for row in self._threshold(number, shape)
        )

    def _threshold(self, number: int, shape: ThresholdShape) -> Iterator[Threshold]:
        place: Place = ("thresholds", number)
        if bool(shape.url) == bool(shape.channel):
            self._complain(place, "either url or channel is needed", "")
        elif shape.host.startswith(("%", "!")) or "," in shape.host or "*" in shape.host:
            self._complain((*place, "host"), "a threshold is that of one host", "write its name")
        else:
            yield Threshold(
                host=shape.host,
                test=shape.test,
                threshold=shape.threshold,
                url=shape.url,
                channel=shape.channel,
                origin=self._file.locate(place),
            )

    def _line(self, *place: str | int) -> int:
        return self._file.locate(place).line or 0

    def _complain(self, place: Place, message: str, hint: str) -> None:
        self._problems.append(Problem(self._file.locate(place), f"{dotted(place)}: {message}", hint))
