"""Questions about the board: the criteria that select hosts and rows (xymon(1), xymondboard)."""

import operator
import re
from collections.abc import Callable, Sequence

import msgspec

from hexmon.board.fields import (
    FOREVER,
    Source,
    ack_text,
    ack_time,
    disable_text,
    disable_time,
    field_names,
    item_of,
    raw_message,
)
from hexmon.board.reader import Reader
from hexmon.model.color import Color, parse_color
from hexmon.model.names import StatusKey, split_square
from hexmon.model.patterns import Patience, Pattern, PatternError, compile_pattern
from hexmon.model.status import Status
from hexmon.model.xmh import XMH_NAMES

HostTest = Callable[[Source], bool]
RowTest = Callable[[Status], bool]

_MOMENTS: dict[str, Callable[[Status], float]] = {
    "lastchange": lambda status: status.since,
    "logtime": lambda status: status.updated,
    "validtime": lambda status: status.valid_until,
    "acktime": ack_time,
    "disabletime": disable_time,
}
_TEXTS: dict[str, Callable[[Status], bytes]] = {
    "msg": lambda status: raw_message(status) if status.text else b"",
    "ackmsg": ack_text,
    "dismsg": disable_text,
}
_LONGEST = 32 * 1024  # characters of a question
_MOST_WORDS = 100  # each is looked at for every square
_DIGITS = 18  # more are no moment; Python refuses thousands of them
_COMPARED = re.compile(rf"({'|'.join(_MOMENTS)})(>=|<=|!=|==|>|<|=)(.*)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?[0-9]+")
_DOWN = re.compile(r"(notdown|down)(?:=(.*))?\Z", re.DOTALL)
_OPERATORS = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}


class Query(msgspec.Struct):
    """What was asked: tests of hosts and of rows, all of which must hold, and the fields of the answer.

    `squares` are bare words HOST.TEST, still in the spelling of whoever asks. `fields` None: the usual ones.
    """

    hosts: list[HostTest] = []
    rows: list[RowTest] = []
    tags: list[Pattern] = []
    squares: list[StatusKey] = []
    fields: tuple[str, ...] | None = None
    ack_level: int | None = None
    by_name: bool = False
    patience: Patience = msgspec.field(default_factory=Patience)


def parse_query(words: str | bytes, ping_column: str = "conn") -> Query:
    """Criteria and fields, separated by blanks; what is not understood is ignored, as Xymon does."""
    text = words.decode(errors="surrogateescape") if isinstance(words, bytes) else words
    query = Query()
    for word in text[:_LONGEST].split()[:_MOST_WORDS]:
        name, equals, value = word.partition("=")
        reader = _READERS.get(name) if equals and (value or name == "fields") else None
        if reader is not None:
            reader(query, value)
        elif equals and value and name.startswith("XMH_") and name[4:] in XMH_NAMES:
            _by_item(query, name[4:], value)
        elif match := _COMPARED.match(word):
            _by_moment(query, match[1], match[2], _integer(match[3]))
        elif match := _DOWN.match(word):
            _by_down(query, match[1] == "down", match[2] or f"^{re.escape(ping_column)}$")
        elif key := split_square(word):
            query.squares.append(key)
    return query


def _integer(text: str) -> int:
    """The number a text begins with, 0 when there is none: so does xymond read a moment."""
    found = _NUMBER.match(text)
    return int(found.group()[:_DIGITS]) if found else 0


def query_mistakes(words: Sequence[str]) -> list[str]:
    """What `parse_query` would pass over without a word: for people, who would trust the answer."""
    return [mistake for word in words if (mistake := _mistake(word))]


def _mistake(word: str) -> str:
    name, equals, value = word.partition("=")
    if name == "fields" and equals:
        unknown = [field for field in value.split(",") if field and not field_names(field)]
        return f"'{word}': nobody knows the field {unknown[0]}" if unknown else ""
    if name == "color" and equals:
        unknown = [color for color in value.split(",") if parse_color(color.encode(errors="replace")) is None]
        return f"'{word}': '{unknown[0]}' is not a color" if unknown else ""
    if (equals and (name in _READERS or name.startswith("XMH_"))) or _DOWN.match(word):
        return _pattern_mistake(word, value) if name != "acklevel" else ""
    moment = _COMPARED.match(word)
    right = _NUMBER.match(moment[3].strip()) if moment else split_square(word)
    return "" if right else f"'{word}' is not a criterion of xymondboard"


def _pattern_mistake(word: str, value: str) -> str:
    try:
        compile_pattern(value)
    except PatternError as error:
        return f"'{word}': {error}"
    return ""


class _Nothing:
    """What a pattern that cannot be used finds."""

    text = ""

    def search(self, subject: str | bytes) -> bool:  # noqa: ARG002 - the form of Pattern
        return False

    look = search


def _pattern(text: str, query: Query) -> Pattern:
    try:
        return query.patience.limit(compile_pattern(text))
    except PatternError:
        return _Nothing()


def _by_host(query: Query, value: str) -> None:
    pattern = _pattern(value, query)
    query.by_name = True
    query.hosts.append(lambda source: pattern.search(source.name))


def _by_page(query: Query, value: str) -> None:
    pattern = _pattern(value, query)
    query.hosts.append(lambda source: any(pattern.search(page) for page in source.host.all_pages))


def _by_item(query: Query, name: str, value: str) -> None:
    pattern = _pattern(value, query)

    def matches(source: Source) -> bool:
        item = item_of(source, name)
        return item is not None and pattern.search(item)

    query.hosts.append(matches)


def _by_net(query: Query, value: str) -> None:
    _by_item(query, "NET", value)


def _by_ip(query: Query, value: str) -> None:
    _by_item(query, "IP", value)


def _by_tag(query: Query, value: str) -> None:
    query.tags.append(_pattern(value, query))


def _by_test(query: Query, value: str) -> None:
    query.rows.append(test_matcher(value, query))


def test_matcher(text: str, query: Query) -> RowTest:
    """Whether a square's test matches; there are few names and many squares, so the answers are remembered."""
    pattern = _pattern(text, query)
    known: dict[str, bool] = {}

    def matches(status: Status) -> bool:
        name = status.key.test
        found = known.get(name)
        if found is None:
            found = known[name] = pattern.search(name)
        return found

    return matches


def _by_color(query: Query, value: str) -> None:
    wanted = frozenset(parse_color(word.encode(errors="replace")) for word in value.split(","))
    query.rows.append(lambda status: status.color in wanted)


def _by_text(name: str) -> Callable[[Query, str], None]:
    text_of = _TEXTS[name]

    def read(query: Query, value: str) -> None:
        pattern = _pattern(value, query)

        def matches(status: Status) -> bool:
            text = text_of(status)
            return (text != b"" or name == "msg") and pattern.search(text)

        query.rows.append(matches)

    return read


def _by_moment(query: Query, name: str, sign: str, wanted: int) -> None:
    moment_of, compare = _MOMENTS[name], _OPERATORS[sign]
    query.rows.append(lambda status: bool(compare(int(min(moment_of(status), FOREVER)), wanted)))


def _by_down(query: Query, down: bool, value: str) -> None:
    matches = test_matcher(value, query)

    def wanted(source: Source) -> bool:
        squares = source.entry.squares.values() if source.entry else ()
        colors = [status.color for status in squares if matches(status)]
        reds = colors.count(Color.RED)
        return bool(colors) and reds == len(colors) if down else reds == 0

    query.hosts.append(wanted)
    query.rows.append(lambda status: (status.color is Color.RED) is down)


def _ack_level(query: Query, value: str) -> None:
    query.ack_level = int(value[:_DIGITS]) if value.isascii() and value.isdigit() else None


def _fields(query: Query, value: str) -> None:
    query.fields = field_names(value)


_READERS: dict[str, Callable[[Query, str], None]] = {
    "host": _by_host,
    "page": _by_page,
    "net": _by_net,
    "ip": _by_ip,
    "tag": _by_tag,
    "test": _by_test,
    "color": _by_color,
    "msg": _by_text("msg"),
    "ackmsg": _by_text("ackmsg"),
    "dismsg": _by_text("dismsg"),
    "acklevel": _ack_level,
    "fields": _fields,
}


def resolve(board: Reader, query: Query) -> Query:
    """Turn bare words HOST.TEST into tests, now that aliases can be looked up; unknown hosts are ignored."""
    while query.squares:
        key = query.squares.pop()
        name = board.canonical(key.host)
        if name is not None:
            _by_host(query, re.escape(name))
            _by_test(query, re.escape(key.test))
    return query
