"""The commands by which people and tools look after the board: disable, acknowledge, drop, rename, schedule."""

import re

from hexmon.ingest import messages as say
from hexmon.ingest.words import integer, minutes_of, name_of, square_of

_ID = re.compile(rb"[^ \t\r\n]*+[ \t]*+([^ \t\r\n]+)").match
_NOTIFY = re.compile(rb"[^ \t\r\n]*+[ \t\r\n]++([^ \t\r\n]+)[ \t]*").match
_DISABLE = re.compile(rb"disable[^ \t\n]*[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t\r\n]*").match
_ACK = re.compile(rb"(?:xymondack|hobbitdack|ack ack_event)[ \t]*(-?)([0-9]+)[ \t]+([0-9]+[0-9hdwmy]*)[ \t]*").match
_SCHEDULE = re.compile(rb"schedule *([0-9]+) *").match
_WORDS = re.compile(rb"[^ \t\r\n]+").findall

_YEAR = 365 * 24 * 60 * 60
_SAVE_MINUTES = (1, 30, 1440)  # shortest, usual, longest


def _of_host(word: bytes) -> tuple[str, str | None] | None:
    """`HOST.TEST`, or `HOST.*` for all tests (None)."""
    if word.endswith(b"*"):
        host = word[:-1].removesuffix(b".")
        return (name_of(host).replace(",", "."), None) if host else None
    key = square_of(word)
    return None if key is None else (key.host, key.test)


def parse_disable(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`disable HOST.TEST DURATION text`; the duration -1 lasts until the test is OK."""
    found = _DISABLE(message)
    target = _of_host(found.group(1)) if found else None
    if found is None or target is None:
        return say.Useless(sender=sender, reason="disable without a test or a duration")
    duration = found.group(2)
    minutes = None if duration == b"-1" else minutes_of(duration)
    text = message[found.end() :] or b"(No reason given)"
    return say.Disable(sender=sender, host=target[0], test=target[1], minutes=minutes, text=text)


def parse_enable(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`enable HOST.TEST`."""
    words = message.split(b"\n", 1)[0].split()
    target = _of_host(words[1]) if len(words) > 1 else None
    if target is None:
        return say.Useless(sender=sender, reason="enable without a test")
    return say.Enable(sender=sender, host=target[0], test=target[1])


def parse_notice(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`notes FILE`, `usermsg ID`, `notify HOST.TEST`."""
    found = _ID(message)
    if found is None:
        return say.Useless(sender=sender, reason="a notice about nothing")
    kind = "usermsg" if message.startswith(b"user") else message[:5].decode()
    return say.Notice(sender=sender, kind=kind, subject=name_of(found.group(1)).replace(",", "."), text=message)


def parse_notify(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`notify HOST.TEST text`: tell the recipients of that square's alerts something, once."""
    found = _NOTIFY(message)
    key = square_of(found.group(1)) if found else None
    if found is None or key is None:
        return say.Useless(sender=sender, reason="notify without a square")
    return say.Notice(sender=sender, kind="notify", subject=str(key), text=message[found.end() :])


def parse_ack(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`xymondack COOKIE DURATION TEXT`; with a minus before the cookie the whole host is acknowledged."""
    found = _ACK(message)
    if found is None or (found.group(2)[:1] == b"0" and found.group(2) != b"0"):
        return say.Useless(sender=sender, reason="acknowledgement without cookie or duration")
    return say.Acknowledge(
        sender=sender,
        cookie=integer(found.group(2)),
        whole_host=bool(found.group(1)),
        minutes=minutes_of(found.group(3)),
        text=message[found.end() :],
    )


def parse_ackinfo(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`ackinfo HOST.TEST`, then lines: level, seconds (-1: a year), user, text."""
    lines = [line.lstrip(b" \t") for line in message.split(b"\n")]
    first, *others = [line for line in lines if line]
    words = first.split()
    target = _of_host(words[1]) if len(words) > 1 else None
    if target is None or len(others) < 3 or (len(others) == 3 and not message.endswith(b"\n")):
        return say.Useless(sender=sender, reason="ackinfo without all of its lines")
    level, seconds = integer(others[0]), integer(others[1])
    if seconds == -1:
        seconds = _YEAR
    if level < 0 or seconds <= 0:
        return say.Useless(sender=sender, reason="ackinfo with a bad level or duration")
    return say.AckNote(
        sender=sender,
        host=target[0],
        test=target[1],
        level=level,
        seconds=seconds,
        user=name_of(others[2]),
        text=others[3] if len(others) > 3 else b"",
    )


def parse_drop(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`drop HOST` or `drop HOST TEST`."""
    words = [name_of(word) for word in _WORDS(message)[1:3]]
    if not words:
        return say.Useless(sender=sender, reason="drop without a host")
    return say.Drop(sender=sender, host=words[0], test=words[1] if len(words) > 1 else None)


def parse_rename(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`rename OLD NEW` or `rename HOST OLD NEW`."""
    words = [name_of(word) for word in _WORDS(message)[1:4]]
    if len(words) == 2:
        return say.RenameHost(sender=sender, host=words[0], new_host=words[1])
    if len(words) == 3:
        return say.RenameTest(sender=sender, host=words[0], test=words[1], new_test=words[2])
    return say.Useless(sender=sender, reason="rename without names")


def parse_schedule(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`schedule EPOCH COMMAND`, `schedule cancel ID`, or `schedule` alone for the list."""
    rest = message[8:].lstrip(b" ")
    if not rest.strip():
        return say.ScheduleList(sender=sender)
    if rest.startswith(b"cancel"):
        return say.ScheduleCancel(sender=sender, id=integer(rest[6:].lstrip()))
    found = _SCHEDULE(message)
    command = message[found.end() :] if found else b""
    if found is None or not command.strip():
        return say.Useless(sender=sender, reason="schedule without a time or a command")
    return say.ScheduleAt(sender=sender, at=float(integer(found.group(1))), command=command)


def parse_hostdatasave(message: bytes, sender: str, lifetime: float) -> say.AnyCommand:  # noqa: ARG001
    """`hostdatasave HOST [MINUTES]`."""
    shortest, usual, longest = _SAVE_MINUTES
    words = _WORDS(message)[1:]
    minutes = usual if len(words) == 1 else 0
    if len(words) == 2 and words[1].isdigit() and shortest <= integer(words[1]) <= longest:
        minutes = integer(words[1])
    return say.HostDataSave(sender=sender, host=name_of(words[0]) if words else "", minutes=minutes)
