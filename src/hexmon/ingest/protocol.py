"""Messages of the Xymon protocol (port 1984): bytes in, one command out; never an exception.

A command is recognised by what the message begins with, in lower case. A NUL ends the message, as it does for the C
programs that speak this protocol. Sources: xymon(1), xymond(8).
"""

import re
from collections.abc import Callable

from hexmon.ingest import messages as say
from hexmon.ingest.upkeep import (
    parse_ack,
    parse_ackinfo,
    parse_disable,
    parse_drop,
    parse_enable,
    parse_hostdatasave,
    parse_notice,
    parse_notify,
    parse_rename,
    parse_schedule,
)
from hexmon.ingest.words import integer, minutes_of, name_of, square_of
from hexmon.model.color import Color, parse_color
from hexmon.model.names import SUMMARY_HOST, StatusKey
from hexmon.model.status import Report

Parser = Callable[[bytes, str, float], say.AnyCommand]

_LONG = (b"combo\n", b"extcombo ", b"client", b"data")  # may be as long as the server takes; and `status`
_BIG = 256 * 1024
_OF_MANY = (b"combo\n", b"extcombo ", b"modify")
_LONGEST_COMMAND = 1024 * 1024  # of any other message: each is handled in one go
_RELAYED = b"\nStatus message received from "
_LINE = re.compile(rb"([^ \t\n]++)[ \t]++([^ \t\n]++)[ \t]++([^ \t\n]++)").match
_NO_COLOR = re.compile(rb"[^ \t\n]++(?:[ \t]++([^ \t\n]++))?").match
_FLAGS = re.compile(rb"[A-Za-z]+ <!-- \[flags:([^\]]*)\]").match
_DATA = re.compile(rb"data[ \t]*([^ \t\r\n]+)").match
_MODIFY = re.compile(rb"modify[^ \t\n]*[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+([^ \t\r\n]+)[ \t]([^\r\n]+)").match
_CLIENT_LINE = re.compile(rb"client(?:/([^ \t\r\n]*))?[ \t]+([^ \t\r\n]+)(?:[ \t]+([^ \t\r\n]+))?").match


def is_in_steps(message: bytes, cost: int = 1) -> bool:
    """Whether a message is so long, and of so many parts, that others must be served in between.

    `cost`: how much more than usual each part takes.
    """
    return len(message) > _BIG // cost and message.startswith(_OF_MANY)


def parse(message: bytes, sender: str = "", lifetime: float = 1800.0) -> say.AnyCommand:
    """The command a message holds. `lifetime` (seconds) is the validity of a status that does not say its own."""
    end = message.find(b"\0")
    if end >= 0 and not message.startswith(b"extcombo "):  # there it ends the one part it is in
        message = message[:end]
    if message.startswith(b"status"):
        return parse_status(message, sender, lifetime)
    if len(message) > _LONGEST_COMMAND and not message.startswith(_LONG):
        return say.Useless(sender=sender, reason="longer than any such command")
    for prefix, parser in _BY_FIRST_BYTE.get(message[:1], ()):
        if message.startswith(prefix):
            return parser(message, sender, lifetime)
    return say.Useless(sender=sender, reason="unknown command")


def parse_status(message: bytes, sender: str, lifetime: float) -> Report | say.ClientData | say.Useless:
    """`status[+LIFETIME][/group:G1,G2] HOST.TEST COLOR[ text...]`."""
    if (cut := message.find(_RELAYED)) >= 0:
        message, sender = _relayed(message, cut, sender)
    line = _LINE(message)
    if line is None:
        return _useless_status(message, sender)
    keyword, square, word = line.groups()
    key = square_of(square)
    color = parse_color(word)
    if key is None or color is None or color is Color.PURPLE:
        return _odd_status(message, sender, square, word)
    start = line.start(3)
    text = message[start:]
    groups: tuple[str, ...] = ()
    if keyword != b"status":
        lifetime, groups = _keyword(keyword, lifetime)
    flags = _FLAGS(text) if text.find(b" <!-- [flags:", 0, 24) > 0 else None
    return Report(
        key=key,
        color=color,
        text=text,
        sender=sender,
        validity=lifetime,
        groups=groups,
        flags=None if flags is None else name_of(flags.group(1)),
        head=message[:start],
    )


def _relayed(message: bytes, cut: int, sender: str) -> tuple[bytes, str]:
    """What came through a relay names the real sender in a line of its own; the text ends there."""
    words = message[cut + len(_RELAYED) : cut + 200].split(None, 1)
    if not words:
        return message[:cut], sender
    longest = 45 if b":" in words[0] else 15
    return message[:cut], name_of(words[0][:longest])


def _keyword(keyword: bytes, lifetime: float) -> tuple[float, tuple[str, ...]]:
    if keyword.startswith(b"status+"):
        lifetime = 60.0 * minutes_of(keyword[7:])
    _, found, names = keyword.partition(b"/group:")
    return lifetime, tuple(name for name in name_of(names).split(",") if name) if found else ()


def _useless_status(message: bytes, sender: str) -> say.Useless:
    found = _NO_COLOR(message)
    host = _host_of(found.group(1)) if found and found.group(1) else ""
    return say.Useless(sender=sender, reason="status without host.test and colour", host=host)


def _odd_status(message: bytes, sender: str, square: bytes, word: bytes) -> say.ClientData | say.Useless:
    key = square_of(square)
    if key is not None and word[:7].lower() == b"client" and not word[6:7].isalpha():
        return say.ClientData(
            sender=sender, host=key.host, os_type="", host_class="", collector=key.test, message=message, answered=False
        )
    reason = "purple is not for senders" if parse_color(word) else "unknown colour"
    return say.Useless(sender=sender, reason=reason if key else "status without a test", host=_host_of(square))


def _host_of(square: bytes) -> str:
    host, dot, _ = name_of(square).rpartition(".")
    return (host if dot else name_of(square)).replace(",", ".")


def parse_combo(message: bytes, sender: str, lifetime: float) -> say.Combo:  # noqa: ARG001
    r"""`combo\n`, then status messages; a new one begins where an empty line is followed by `status`."""
    first, *others = message[6:].split(b"\n\nstatus")
    if not others:
        return say.Combo(sender=sender, parts=[first])
    parts = [first + b"\n", *[b"status" + part + b"\n" for part in others]]
    parts[-1] = parts[-1][:-1]
    return say.Combo(sender=sender, parts=parts)


def parse_extcombo(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`extcombo OFS0 OFS1 ... OFSn` and a newline: message i is bytes OFSi to OFSi+1."""
    line, newline, _ = message.partition(b"\n")
    words = line[9:].split(b"\0")[0].split()
    if not newline or not words:
        return say.Useless(sender=sender, reason="extcombo without offsets")
    parts: list[bytes] = []
    start = integer(words[0])
    for word in words[1:]:
        end = integer(word)
        if not 0 < start < end <= len(message):
            break
        parts.append(message[start:end])
        start = end
    return say.ExtCombo(sender=sender, parts=parts)


def parse_summary(message: bytes, sender: str, lifetime: float) -> Report | say.Useless:
    """`summary summary.ROW.COLUMN COLOR URL text`: a square of the pseudo host `summary`."""
    line = _LINE(message)
    if line is None:
        return say.Useless(sender=sender, reason="summary without a name and a colour")
    host, _, test = name_of(line.group(2)).partition(".")
    color = parse_color(line.group(3))
    if host.lower() != SUMMARY_HOST or not test or color is None:
        return say.Useless(sender=sender, reason="not summary.ROW.COLUMN and a colour")
    start = line.start(3)
    return Report(
        key=StatusKey(SUMMARY_HOST, test),
        color=color,
        text=message[start:],
        sender=sender,
        validity=lifetime,
        head=message[:start],
    )


def parse_data(message: bytes, sender: str, lifetime: float) -> say.Data | say.Useless:  # noqa: ARG001
    """`data HOST.NAME`, a newline and lines for the graphs."""
    if (cut := message.find(_RELAYED)) >= 0:
        message, sender = _relayed(message, cut, sender)
    found = _DATA(message)
    key = square_of(found.group(1)) if found else None
    if key is None:
        return say.Useless(sender=sender, reason="data without host and name")
    return say.Data(sender=sender, key=key, text=message)


def parse_modify(message: bytes, sender: str, lifetime: float) -> say.Modifications:  # noqa: ARG001
    """`modify HOST.TEST COLOR SOURCE CAUSE`; several are separated by an empty line."""
    items = []
    for part in message[6:].split(b"\n\nmodify"):
        found = _MODIFY(b"modify" + part)
        key = square_of(found.group(1)) if found else None
        color = parse_color(found.group(2)) if found else None
        if found is not None and key is not None and color is not None:
            source, cause = found.group(3, 4)
            items.append(say.Modify(sender=sender, key=key, color=color, source=name_of(source), cause=cause))
    return say.Modifications(sender=sender, items=items)


def parse_client(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`client[/COLLECTOR] HOST.OS [CLASS]`, a newline and sections; only the ordinary collector may set the class."""
    found = _CLIENT_LINE(message)
    host, _, os_type = name_of(found.group(2) if found else b"").rpartition(".")
    if found is None or not host:
        return say.Useless(sender=sender, reason="client data without host and system")
    collector, _, host_class = found.groups()
    return say.ClientData(
        sender=_proxied(message) or sender,
        host=host.replace(",", "."),
        os_type=os_type,
        host_class=name_of(host_class) if host_class and collector is None else "",
        collector=name_of(collector or b""),
        message=message,
    )


def _proxied(message: bytes) -> str:
    section = message.find(b"\n[proxy]\n")
    line = message.find(b"\nClientIP:", section) if section >= 0 else -1
    words = message[line + 10 : line + 100].split(None, 1) if line >= 0 else []
    return name_of(words[0][:45]) if words else ""


def _file(make: type[say.GetConfig] | type[say.GetDownload]) -> Parser:
    def parser(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
        found = re.match(rb"(?:config|download)[ \t]*([^ \t\r\n]+)", message)
        if found is None:
            return say.Useless(sender=sender, reason="no file was named")
        return make(sender=sender, name=name_of(found.group(1)))

    return parser


def _question(verb: str) -> Parser:
    def parser(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
        words = message.split(None, 1)  # the verb may be followed by any white space
        return say.Query(sender=sender, verb=verb, words=words[1] if len(words) > 1 else b"")

    return parser


def _plain(command: Callable[[str], say.AnyCommand], exact: bytes = b"") -> Parser:
    def parser(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
        if exact and message.rstrip() != exact:
            return say.Useless(sender=sender, reason="unknown command")
        return command(sender)

    return parser


# The only list of what a message may begin with. The first that fits is taken.
PARSERS: tuple[tuple[bytes, Parser], ...] = (
    (b"status", parse_status),
    (b"extcombo ", parse_extcombo),
    (b"combo\n", parse_combo),
    (b"meta", _plain(lambda sender: say.Nothing(sender=sender))),
    (b"modify", parse_modify),
    (b"data", parse_data),
    (b"summary", parse_summary),
    (b"notes", parse_notice),
    (b"usermsg", parse_notice),
    (b"enable", parse_enable),
    (b"disable", parse_disable),
    (b"config", _file(say.GetConfig)),
    (b"download", _file(say.GetDownload)),
    (b"flush filecache", _plain(lambda sender: say.ToWorkers(sender=sender, word="flush filecache"))),
    (b"reload", _plain(lambda sender: say.ToWorkers(sender=sender, word="reload"), exact=b"reload")),
    (b"rotate", _plain(lambda sender: say.ToWorkers(sender=sender, word="rotate"), exact=b"rotate")),
    (b"query ", _question("query")),
    (b"xymondlog ", _question("xymondlog")),
    (b"hobbitdlog ", _question("xymondlog")),
    (b"xymondxlog ", _question("xymondxlog")),
    (b"hobbitdxlog ", _question("xymondxlog")),
    (b"xymondboard", _question("xymondboard")),
    (b"hobbitdboard", _question("xymondboard")),
    (b"xymondxboard", _question("xymondxboard")),
    (b"hobbitdxboard", _question("xymondxboard")),
    (b"hostinfo", _question("hostinfo")),
    (b"xymondack", parse_ack),
    (b"hobbitdack", parse_ack),
    (b"ack ack_event", parse_ack),
    (b"ackinfo ", parse_ackinfo),
    (b"drop ", parse_drop),
    (b"rename ", parse_rename),
    (b"hostdatasave", parse_hostdatasave),
    (b"dummy", _plain(lambda sender: say.Nothing(sender=sender))),
    (b"ping", _plain(lambda sender: say.Ping(sender=sender))),
    (b"notify", parse_notify),
    (b"schedule", parse_schedule),
    (b"client ", parse_client),
    (b"client/", parse_client),
    (b"clientlog ", _question("clientlog")),
    (b"ghostlist", _question("ghostlist")),
    (b"multisrclist", _question("multisrclist")),
    (b"senderstats", _plain(lambda sender: say.SenderStatistics(sender=sender))),
    (b"page", _plain(lambda sender: say.Nothing(sender=sender))),
)

_BY_FIRST_BYTE = {
    first: tuple(entry for entry in PARSERS if entry[0][:1] == first) for first in {prefix[:1] for prefix, _ in PARSERS}
}
