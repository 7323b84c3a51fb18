"""A YAML file as plain values, and the line on which each of them is written; every mistake at once.

Texts stay as they are written: of plain words only true, false, null and decimal numbers are anything else (the core
schema of YAML 1.2, without octal and hexadecimal numbers), so `22:00`, `on` and `0123` are texts. Tags are refused, a
key that is written twice too. Anchors and merge keys (`<<`) work; what they make of a file is bounded.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
import yaml

from hexmon.config.decode import YAML, Place, decode
from hexmon.model.origin import ConfigError, Origin, Problem

T = TypeVar("T")
LARGEST = 32 << 20  # characters of a file
DEEPEST = 60  # lists and tables inside one another
MOST_VALUES = 2_000_000  # with everything that anchors repeat
_TOO_DEEP = f"more than {DEEPEST} lists and tables are inside one another"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_WORDS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_TEXT_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})
_SPECIAL = re.compile(r"(?:^|[:\-\[,{])\s*([*!%@&`])")
_MERGE = "<<"
_UNQUOTED = (None, "")  # the parser in Python and that in C


class Node(msgspec.Struct, frozen=True):
    """A value, where it is written, and what is inside it.

    `size` counts the values, those of aliases each time, `height` the lists and tables inside one another.
    """

    value: Any
    line: int
    size: int = 1
    height: int = 0
    keys: dict[str, int] = msgspec.field(default_factory=dict)
    children: dict[str, "Node"] | list["Node"] = msgspec.field(default_factory=list)


class YamlFile(msgspec.Struct, frozen=True):
    """A file that was read: `value` is made of dict, list, str, int, float, bool and None."""

    source: str
    top: Node

    @property
    def value(self) -> Any:
        """All of it; an empty file is an empty table."""
        return {} if self.top.value is None else self.top.value

    def locate(self, place: Place) -> Origin:
        """Where that is written; for what is not there, where it would belong."""
        node, line = self.top, self.top.line
        for part in place:
            if isinstance(node.children, dict) and part in node.children:
                line, node = node.keys[str(part)], node.children[str(part)]
            elif isinstance(node.children, list) and isinstance(part, int) and part < len(node.children):
                node = node.children[part]
                line = node.line
            elif part != 0 or isinstance(node.children, list):  # 0: the only one, written without its list
                break
        return Origin(self.source, line)


def read_yaml(text: str, source: str) -> YamlFile:
    """The file with that text. Raises ConfigError with every mistake."""
    if len(text) > LARGEST:
        raise ConfigError((Problem(Origin(source), f"is larger than {LARGEST >> 20} MB"),))
    reader = _Reader(text.encode("utf-8", "replace").decode("utf-8"), source)
    top = reader.read()
    if reader.problems:
        raise ConfigError(tuple(reader.problems))
    return YamlFile(source, top)


def decode_yaml(kind: type[T], file: YamlFile) -> T:
    """The whole file as a value of that dataclass. Raises ConfigError with every mistake and its line."""
    return decode(kind, file.value, file.locate, dialect=YAML)


class _Stop(Exception):  # noqa: N818 - not an error: the reading ends
    """What follows cannot be understood."""


class _Reader:
    """Makes nodes of the parser's events: unlike PyYAML's own composer with lines, limits and no objects."""

    def __init__(self, text: str, source: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._source = source
        self._events: Iterator[Any] = iter(())
        self._anchors: dict[str, Node | None] = {}

    def read(self) -> Node:
        """The one document of the file."""
        try:
            self._events = yaml.parse(self._text, Loader=_LOADER)
            return self._documents()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else None
            what = " ".join(part for part in (error.context, error.problem) if part)
            self._tell(line, f"this is not YAML: {what}", self._hint(line))
        except yaml.YAMLError:
            number = next((n for n, line in enumerate(self._text.split("\n"), 1) if _odd(line)), None)
            self._tell(number, "this is not YAML: it holds a control character")
        except _Stop:
            pass
        return Node(None, 1)

    def _documents(self) -> Node:
        top: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if top is not None:
                    self._tell(_line(event), "a second document begins here", "take the line '---' away")
                    raise _Stop
                top = self._node(next(self._events), 0)
        return top or Node(None, 1)

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth > DEEPEST:
            self._tell(_line(event), _TOO_DEEP)
            raise _Stop
        if event.anchor:
            self._anchors[event.anchor] = None  # until it is complete
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._refuse_tag(event, "seq")
            node = self._list(event, depth)
        else:
            self._refuse_tag(event, "map")
            node = self._table(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        found = self._anchors.get(event.anchor)
        if found is not None:
            return found
        if event.anchor in self._anchors:
            self._tell(_line(event), f"&{event.anchor} contains itself")
        else:
            hint = f"if a text is meant, put it in quotes: '*{event.anchor}'"
            self._tell(_line(event), f"no &{event.anchor} stands before *{event.anchor}", hint)
        return Node(None, _line(event))

    def _scalar(self, event: Any) -> Node:
        text, line = event.value, _line(event)
        if event.implicit[0] and event.style in _UNQUOTED:
            return Node(_plain(text), line)
        if event.tag not in _TEXT_TAGS:
            self._refuse_tag(event, "str")
        return Node(text, line)

    def _refuse_tag(self, event: Any, known: str) -> None:
        if event.tag in (None, "!", f"tag:yaml.org,2002:{known}"):
            return
        tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        written = f"{tag} {event.value}".strip() if isinstance(event, yaml.ScalarEvent) else tag
        hint = f"if a text is meant, put it in quotes: '{written}'"
        self._tell(_line(event), f"'{tag}' is a tag of YAML, and there are none here", hint)

    def _list(self, start: Any, depth: int) -> Node:
        children: list[Node] = []
        size = height = 1
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            child = self._node(event, depth + 1)
            children.append(child)
            size, height = self._bounded(size + child.size, max(height, child.height + 1), event)
        return Node([child.value for child in children], _line(start), size, height, children=children)

    def _table(self, start: Any, depth: int) -> Node:
        keys: dict[str, int] = {}
        children: dict[str, Node] = {}
        merged: list[Node] = []
        size = height = 1
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, depth)
            child = self._node(next(self._events), depth + 1)
            size, height = self._bounded(size + child.size, max(height, child.height + 1), event)
            if key == _MERGE and event.style in _UNQUOTED:
                merged += self._sources(child, _line(event))
            elif key in keys:
                self._tell(_line(event), f"'{key}' is written twice", f"it stands on line {keys[key]} already")
            elif key is not None:
                keys[key], children[key] = _line(event), child
        _take_in(merged, keys, children)
        value = {key: child.value for key, child in children.items()}
        return Node(value, _line(start), size, height, keys, children)

    def _key(self, event: Any, depth: int) -> str | None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)  # for its tag
            if event.anchor:
                self._anchors[event.anchor] = Node(event.value, _line(event))
            return str(event.value)
        self._tell(_line(event), "a key must be a word")
        self._node(event, depth + 1)
        return None

    def _sources(self, node: Node, line: int) -> list[Node]:
        """The tables that a merge key names: one, or several, of which the first goes first."""
        several = node.children if isinstance(node.value, list) and isinstance(node.children, list) else [node]
        tables = [one for one in several if isinstance(one.value, dict)]
        if len(tables) < len(several):
            self._tell(line, "<< takes in a table or a list of tables", "write: <<: *NAME, after NAME: &NAME")
        return tables

    def _bounded(self, size: int, height: int, event: Any) -> tuple[int, int]:
        if size > MOST_VALUES:
            self._tell(_line(event), f"this makes more than {MOST_VALUES:,} values", "use fewer aliases")
            raise _Stop
        if height > DEEPEST:
            self._tell(_line(event), _TOO_DEEP)
            raise _Stop
        return size, height

    def _hint(self, line: int | None) -> str:
        lines = self._text.split("\n")
        text = lines[line - 1] if line and line <= len(lines) else ""
        if found := _SPECIAL.search(text):
            return f"put a text that begins with {found[1]} in quotes"
        return "indent with blanks, not with tabs" if text.lstrip(" ").startswith("\t") else ""

    def _tell(self, line: int | None, message: str, hint: str = "") -> None:
        self.problems.append(Problem(Origin(self._source, line), message, hint))


def _take_in(sources: list[Node], keys: dict[str, int], children: dict[str, Node]) -> None:
    """What a table does not say itself; of several sources the first goes first."""
    for source in sources:
        for key, child in source.children.items() if isinstance(source.children, dict) else ():
            if key not in children:
                keys[key], children[key] = source.keys[key], child


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text):
        return int(text)
    # A number that would be written otherwise is rather a version or a part of an address.
    return float(text) if _DECIMAL.match(text) and repr(float(text)) == text else text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _odd(line: str) -> bool:
    return any(not letter.isprintable() and letter not in "\t\r" for letter in line)
