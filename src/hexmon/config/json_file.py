"""A JSON file as plain values, and the line on which each of them is written: what yaml_file is for YAML."""

import json
import re
from typing import Any, NoReturn

from hexmon.config.yaml_file import DEEPEST, LARGEST, MOST_VALUES, Node, YamlFile
from hexmon.model.origin import ConfigError, Origin, Problem

_BLANKS = re.compile(r"[ \t\n\r]*")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,299})(?![0-9.eE])")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,299})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?(?![0-9.eE])")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"')
_WORDS = {"true": True, "false": False, "null": None}


def read_json(text: str, source: str) -> YamlFile:
    """The file with that text. Raises ConfigError: at the first mistake nothing more can be read."""
    if len(text) > LARGEST:
        raise ConfigError((Problem(Origin(source), f"is larger than {LARGEST >> 20} MB"),))
    reader = _Reader(text, source)
    top = reader.read()
    if reader.problems:
        raise ConfigError(tuple(reader.problems))
    return YamlFile(source, top)


class _Reader:
    """A reader of one text; `_at` is the place that it has come to."""

    def __init__(self, text: str, source: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._source = source
        self._at = 0
        self._counted = 0  # up to here the lines are counted
        self._line = 1
        self._values = 0

    def read(self) -> Node:
        """The one value of the file."""
        if not self._text.strip():
            return Node(None, 1)
        node = self._value(0)
        if self._peek():
            self._refuse("something stands behind the end")
        return node

    def _value(self, depth: int) -> Node:
        self._values += 1
        if depth > DEEPEST or self._values > MOST_VALUES:
            self._refuse("there is too much of it")
        letter, line = self._peek(), self._where()
        if letter == "{":
            return self._table(depth, line)
        if letter == "[":
            return self._list(depth, line)
        if letter == '"':
            return Node(self._string(), line)
        return Node(self._plain(), line)

    def _plain(self) -> Any:
        for word, value in _WORDS.items():
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return value
        for pattern, kind in ((_INTEGER, int), (_FLOAT, float)):
            if match := pattern.match(self._text, self._at):
                self._at = match.end()
                return kind(match[0])
        return self._refuse("a value is missing, or is none")

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        if match is None:
            self._refuse("a text does not end on its line")
        try:
            value = str(json.loads(match[0]))
        except json.JSONDecodeError:
            self._refuse("a text holds a \\ that means nothing")
        self._at = match.end()
        return value.encode("utf-8", "replace").decode("utf-8")

    def _list(self, depth: int, line: int) -> Node:
        children: list[Node] = []
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return Node([], line)
        while True:
            children.append(self._value(depth + 1))
            if self._ends("]"):
                return Node([child.value for child in children], line, children=children)

    def _table(self, depth: int, line: int) -> Node:
        keys: dict[str, int] = {}
        children: dict[str, Node] = {}
        self._at += 1
        if self._peek() == "}":
            self._at += 1
            return Node({}, line, children=children)
        while True:
            self._member(keys, children, depth)
            if self._ends("}"):
                value = {key: child.value for key, child in children.items()}
                return Node(value, line, keys=keys, children=children)

    def _member(self, keys: dict[str, int], children: dict[str, Node], depth: int) -> None:
        if self._peek() != '"':
            self._refuse('a key in "quotes" is needed')
        line, key = self._where(), self._string()
        if self._peek() != ":":
            self._refuse("a : is needed behind the key")
        self._at += 1
        child = self._value(depth + 1)
        if key in keys:
            hint = f"it stands on line {keys[key]} already"
            self.problems.append(Problem(Origin(self._source, line), f"'{key}' is written twice", hint))
        else:
            keys[key], children[key] = line, child

    def _ends(self, bracket: str) -> bool:
        """Whether the table or list ends here; else another value follows."""
        letter = self._peek()
        if letter not in (",", bracket):
            self._refuse(f"a , or a {bracket} is needed")
        self._at += 1
        return letter == bracket

    def _peek(self) -> str:
        """The next letter that is no blank, "" at the end."""
        match = _BLANKS.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _where(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _refuse(self, what: str) -> NoReturn:
        line = self._text.count("\n", 0, self._at) + 1
        raise ConfigError((Problem(Origin(self._source, line), f"this is not JSON: {what}"),))
