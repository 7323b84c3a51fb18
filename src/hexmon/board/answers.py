"""The answers to `xymondboard`, `xymondlog`, `hostinfo` and their kin, byte for byte as Xymon gives them."""

from collections.abc import Iterator
from itertools import islice

from hexmon.board.entries import Entry
from hexmon.board.fields import (
    BOARD_FIELDS,
    COLOR_BYTES,
    HOST_FIELDS,
    LOG_FIELDS,
    Source,
    Xmh,
    board_line,
    first_line,
    host_line,
    plain_xmh,
)
from hexmon.board.ghost_lines import suggestion_lines
from hexmon.board.query import Query, parse_query, resolve
from hexmon.board.reader import Reader
from hexmon.board.xml import BOARD_FOOT, BOARD_HEAD, board_element, log_document
from hexmon.model.client import together
from hexmon.model.color import Color, parse_color
from hexmon.model.inventory import Host
from hexmon.model.names import SUMMARY_HOST, StatusKey, split_square
from hexmon.model.status import Status
from hexmon.model.xmh import XMH_NAMES

_SLICE = 500  # rows in one slice of a long answer: about two milliseconds
_SLICE_BYTES = 256 * 1024
_QUERY_BYTES = 499
_MOST_SECTIONS = 200
_SUMMARIES = Host(name=SUMMARY_HOST, ip="")


class Answers:
    """Asks the board on behalf of a message. Every method takes the words after the command; "no answer" is empty."""

    def __init__(self, board: Reader, xmh: Xmh = plain_xmh) -> None:
        self._board = board
        self._xmh = xmh
        settings = board.settings
        self._trends = _generated(settings.trends_column)
        self._info = _generated(settings.info_column)
        self._clients = _generated(settings.client_column)

    # -- one square -----------------------------------------------------------------------------------------------

    def query(self, words: bytes) -> bytes:
        """`query HOST.TEST`: the shown colour and the rest of the first line."""
        status = self._named(words)
        if status is None:
            return b""
        line = first_line(status.text)
        if (claimed := parse_color(line)) is not None:
            line = line[len(COLOR_BYTES[claimed]) :].lstrip(b" \t")
        return (COLOR_BYTES[status.color] + b" " + line + b"\n")[:_QUERY_BYTES]

    def log(self, words: bytes) -> bytes:
        """`xymondlog HOST.TEST [fields=...]`: one line of fields, then the text."""
        query = self._parsed(words)
        status = self._board.status(query.squares[0]) if query.squares else None
        found = self._place(status)
        if status is None or found is None:
            return b""
        line = board_line(LOG_FIELDS if query.fields is None else query.fields)
        return line(self._source(*found, query), status) + status.text

    def xml_log(self, words: bytes) -> bytes:
        """`xymondxlog HOST.TEST`."""
        status = self._named(words)
        return log_document(status, self._board.now()) if status else b""

    def _named(self, words: bytes) -> Status | None:
        word = words.split(None, 1)[0] if words.split() else b""
        key = split_square(word.decode(errors="surrogateescape"))
        return self._board.status(key) if key else None

    def _place(self, status: Status | None) -> tuple[Host, Entry] | None:
        entry = self._board.entries.get(status.key.host) if status else None
        host = (entry.host or _SUMMARIES) if entry else None
        return (host, entry) if host and entry else None

    # -- many squares ---------------------------------------------------------------------------------------------

    def rows(self, query: Query) -> Iterator[tuple[Source, Status]]:
        """What a query selects: hosts by name, generated columns first, then the squares created last."""
        query = resolve(self._board, query)
        entries = self._board.entries
        for name in sorted(entries, key=str.lower):
            entry = entries.get(name)
            if entry is None or not (entry.squares or entry.clients):
                continue
            if name == SUMMARY_HOST:
                if not query.by_name:
                    source = self._source(_SUMMARIES, entry, query)
                    yield from self._selected(source, reversed(list(entry.squares.values())), query)
            elif entry.host is not None:
                source = self._source(entry.host, entry, query)
                if all(test(source) for test in query.hosts):
                    shown = [*self._generated_rows(entry.host, entry), *reversed(entry.squares.values())]
                    yield from self._selected(source, iter(shown), query)

    def _selected(self, source: Source, squares: Iterator[Status], query: Query) -> Iterator[tuple[Source, Status]]:
        tests = query.rows
        for status in squares:
            if not tests or all(test(status) for test in tests):
                yield source, status

    def _generated_rows(self, host: Host, entry: Entry) -> Iterator[Status]:
        inventory, xmh = self._board.inventory, self._xmh
        if not xmh(host, inventory, "FLAG_NOTRENDS"):
            yield self._trends
        if not xmh(host, inventory, "FLAG_NOINFO"):
            yield self._info
        if entry.clients and not xmh(host, inventory, "FLAG_NOCLIENT"):
            yield self._clients

    def iter_board(self, words: bytes) -> Iterator[bytes]:
        """`xymondboard [criteria] [fields=...]` in slices: between two of them others may have their turn."""
        query = self._parsed(words)
        line = board_line(BOARD_FIELDS if query.fields is None else query.fields)
        return _sliced(line(source, status) for source, status in self.rows(query))

    def board(self, words: bytes) -> bytes:
        """The same at once."""
        return b"".join(self.iter_board(words))

    def iter_xml_board(self, words: bytes) -> Iterator[bytes]:
        """`xymondxboard [criteria]` in slices; without the generated columns."""
        generated = {id(self._trends), id(self._info), id(self._clients)}
        yield BOARD_HEAD
        now = self._board.now()
        rows = (pair for pair in self.rows(self._parsed(words)) if id(pair[1]) not in generated)
        yield from _sliced(board_element(status, now) for _, status in rows)
        yield BOARD_FOOT

    def xml_board(self, words: bytes) -> bytes:
        """The same at once."""
        return b"".join(self.iter_xml_board(words))

    # -- hosts ----------------------------------------------------------------------------------------------------

    def iter_hostinfo(self, words: bytes) -> Iterator[bytes]:
        """`hostinfo [criteria] [fields=...]` in slices, hosts in the order of the file; or `hostinfo clone=HOST`."""
        clone = (b" " + words).partition(b" clone=")[2]
        if clone:
            return iter((self._clone(clone.strip().decode(errors="surrogateescape")),))
        return _sliced(self._host_lines(resolve(self._board, self._parsed(words))))

    def hostinfo(self, words: bytes) -> bytes:
        """The same at once."""
        return b"".join(self.iter_hostinfo(words))

    def _host_lines(self, query: Query) -> Iterator[bytes]:
        names = HOST_FIELDS if query.fields is None else query.fields
        hosts = self._board.inventory.hosts.values()
        for host in sorted(hosts, key=lambda one: one.index):
            source = self._source(host, self._board.entries.get(host.name), query)
            if not all(test(source) for test in query.hosts):
                continue
            if query.tags:
                source.matched_tags = tuple(tag for tag in host.tags if any(one.search(tag) for one in query.tags))
                if not all(any(one.search(tag) for tag in host.tags) for one in query.tags):
                    continue
            yield host_line(names, source)

    def _clone(self, name: str) -> bytes:
        host = self._board.inventory.find(name)
        if host is None:
            return b""
        items = ((key, self._xmh(host, self._board.inventory, key)) for key in XMH_NAMES)
        lines = [f"XMH_{key}:{value}" for key, value in items if value is not None]
        return "".join(f"{line}\n" for line in (*lines, *host.tags)).encode(errors="surrogateescape")

    # -- the rest -------------------------------------------------------------------------------------------------

    def client_log(self, words: bytes) -> bytes:
        """`clientlog HOST [section=A,B]`: what the host's agents sent, or those sections of it."""
        name, _, rest = words.strip().partition(b" ")
        host = name.decode(errors="surrogateescape")
        messages = [one for one in self._board.clients(host) if one.host.lower() == host.lower()]  # not by an alias
        text = b"".join(together(messages))
        rest = rest.strip()
        if not rest.startswith(b"section="):
            return text
        # Each is looked for in all of a text that may be long: as often as it is named would be for ever.
        names = dict.fromkeys(filter(None, rest[len(b"section=") :].split(b",")))
        return b"".join(_section(text, name) for name in islice(names, _MOST_SECTIONS))

    def ghost_list(self, words: bytes = b"") -> bytes:
        """`ghostlist`: name, sender, moment. `ghostlist fields=A,B`, which is ours: what else there is to say."""
        word = words.decode(errors="surrogateescape").strip()
        if word.startswith("fields="):
            lines = suggestion_lines(self._board.ghosts, self._board.inventory, word[len("fields=") :].split(","))
        else:
            lines = (f"{one.name}|{one.sender}|{one.last:.0f}\n" for one in self._board.ghosts)
        return "".join(lines).encode(errors="surrogateescape")

    def multi_source_list(self) -> bytes:
        """`multisrclist`: HOST:TEST, both senders, moment."""
        found = self._board.multi_sources
        lines = (f"{one.key.host}:{one.key.test}|{one.senders[0]}|{one.senders[1]}|{one.last:.0f}\n" for one in found)
        return "".join(lines).encode(errors="surrogateescape")

    def _parsed(self, words: bytes) -> Query:
        return parse_query(words, self._board.settings.ping_column)

    def _source(self, host: Host, entry: Entry | None, query: Query) -> Source:
        return Source(
            name=host.name.encode(errors="surrogateescape"),
            host=host,
            entry=entry,
            inventory=self._board.inventory,
            xmh=self._xmh,
            now=self._board.now(),
            flap_count=self._board.settings.flap_count,
            ack_level=query.ack_level,
        )


def _generated(column: str) -> Status:
    """The row of a column that has no status of its own: always green, since ever."""
    return Status(
        key=StatusKey("", column),
        color=Color.GREEN,
        reported=Color.GREEN,
        text=b"",
        head=b"",
        sender="",
        created=0.0,
        since=0.0,
        updated=0.0,
        valid_until=0.0,
        validity=0.0,
    )


def _sliced(lines: Iterator[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _SLICE_BYTES or len(waiting) >= _SLICE:
            yield b"".join(waiting)
            waiting.clear()
            size = 0
    yield b"".join(waiting)


def _section(text: bytes, name: bytes) -> bytes:
    start = text.find(b"\n[%s]" % name)
    if start < 0:
        return b""
    end = text.find(b"\n[", start + 1)
    return text[start + 1 :] if end < 0 else text[start + 1 : end + 1]
