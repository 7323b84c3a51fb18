"""What the real xymond_client makes of agents' messages: squares, and figures for the graphs.

It reads the client channel on stdin, and with `--no-update` writes what it would send to xymond on stdout. Its time is
the test's. Behind every message goes one of a host that only marks the end of what belongs to the message.
"""

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

from hexmon.model.status import ClientMessage
from tests.support.frozen_time import FrozenTime, frozen_time
from tests.support.peers import peer
from tests.support.xymond import as_unprivileged, unprivileged_user

NOW = 1795161600  # Fri Nov 20 08:00:00 UTC 2026
LONGEST = 500_000  # bytes of a message on this channel

_MARK = "end-of-message.example.com"
_CODES = {"encoding": "utf-8", "errors": "surrogateescape"}


@dataclass(frozen=True)
class Seen:
    """A square (`line1` is what follows the colour on its line, `text` all from the colour on), or figures.

    Of figures `color` and `line1` are empty, and `test` is the name of the data set. `message` is the index of the
    message that it was made from.
    """

    message: int
    host: str
    test: str
    color: str
    line1: str
    text: str
    groups: tuple[str, ...] = ()

    @property
    def is_data(self) -> bool:
        return not self.color


class XymondDiedError(Exception):
    """It ended before it had judged everything."""


class XymondClients:
    """A folder with an XYMONHOME in which one xymond_client after the other is run."""

    def __init__(self, home: Path, clock: FrozenTime) -> None:
        self.home = home
        self.log = ""
        self._clock = clock
        self._program = str(peer("xymond_client"))
        self.home.chmod(0o755)
        for name in ("etc", "tmp"):
            (home / name).mkdir()
        if os.geteuid() == 0:
            user = unprivileged_user()
            shutil.chown(home / "tmp", user.pw_uid, user.pw_gid)

    def judge_each(
        self, hosts: str, analysis: str, messages: Sequence[ClientMessage], options: Sequence[str] = ()
    ) -> list[list[Seen] | None]:
        """What it makes of each message, whose hosts are different; None for one that it did not survive.

        Each host has sent something before: of the first rows of a table it looks for a host's settings, and forgets
        where in the table it is.
        """
        both = [one for message in messages for one in (_nothing_of(message), message)]
        try:
            seen = self.judge(hosts, analysis, both, options)
        except XymondDiedError:
            if len(messages) == 1:
                return [None]
            return [self.judge_each(hosts, analysis, [message], options)[0] for message in messages]
        return [[one for one in seen if one.message == 2 * number + 1] for number in range(len(messages))]

    def judge(
        self,
        hosts: str,
        analysis: str,
        messages: Sequence[ClientMessage],
        options: Sequence[str] = (),
        now: int = NOW,
    ) -> list[Seen]:
        """All that it makes of these messages, in its order; `hosts` is hosts.cfg, `analysis` analysis.cfg."""
        self._clock.move_to(now)
        files = {"hosts.cfg": f"127.0.0.1 {_MARK} #\n{hosts}", "analysis.cfg": analysis, "holidays.cfg": ""}
        for name, text in files.items():
            (self.home / "etc" / name).write_bytes(text.encode(**_CODES))
        done = subprocess.run(
            [*as_unprivileged(), self._program, "--no-update", *options],
            input=b"".join(_channel(messages, now)),
            env={**os.environ, **self._environment(), **self._clock.environment},
            cwd=self.home,
            capture_output=True,
            timeout=100,
            check=False,
        )
        self.log = done.stderr.decode("latin-1")
        if done.returncode != 0:
            raise XymondDiedError(f"it ended with {done.returncode}: {self.log[-2000:]}")
        return _read(done.stdout, len(messages))

    def _environment(self) -> dict[str, str]:
        etc = self.home / "etc"
        return {
            "XYMONHOME": str(self.home),
            "XYMONVAR": str(self.home / "tmp"),
            "XYMONTMP": str(self.home / "tmp"),
            "XYMONSERVERLOGS": str(self.home / "tmp"),
            "HOSTSCFG": f"!{etc / 'hosts.cfg'}",  # the mark: not from a running xymond
            "XYMSRV": "127.0.0.1",
            "XYMONDPORT": "1",
            "TZ": "UTC",
        }


@contextmanager
def xymond_clients() -> Iterator[XymondClients]:
    """For many comparisons one after the other."""
    with frozen_time(NOW) as clock, tempfile.TemporaryDirectory(prefix="xymond-client-") as folder:
        yield XymondClients(Path(folder), clock)


def judged_by_xymon(
    hosts: str, analysis: str, messages: Sequence[ClientMessage], options: Sequence[str] = (), now: int = NOW
) -> list[Seen]:
    """The same for one comparison."""
    with xymond_clients() as clients:
        return clients.judge(hosts, analysis, messages, options, now)


def _channel(messages: Sequence[ClientMessage], now: int) -> Iterator[bytes]:
    """What xymond would say on its channel.

    A host's second message of one second is taken for the first again: only the last of each host has come now.
    """
    to_come = Counter(message.host for message in messages)
    for number, message in enumerate(messages):
        assert b"\n@@\n" not in message.message
        assert len(message.message) < LONGEST
        to_come[message.host] -= 1
        yield _said(2 * number, now - to_come[message.host], message)
        yield _said(2 * number + 1, now + number, _mark(number))
    yield b"@@shutdown\n@@\n"


def _said(sequence: int, moment: int, message: ClientMessage) -> bytes:
    fields = [f"@@client#{sequence}/{message.host}", f"{moment}.000001", message.sender, message.host]
    fields += [message.os_type, message.host_class, message.collector]
    return "|".join(fields).encode(**_CODES) + b"\n" + message.message + b"\n@@\n"


def _nothing_of(message: ClientMessage) -> ClientMessage:
    return replace(message, os_type="linux", message=b"client nothing\n[uptime]\n[df]\n[ps]\n")


def _mark(number: int) -> ClientMessage:
    return ClientMessage(
        host=_MARK,
        collector="",
        os_type="linux",
        host_class="linux",
        sender=str(number),
        received=0.0,
        message=b"client mark\n[uptime]\nnone\n",
    )


def _read(written: bytes, count: int) -> list[Seen]:
    """All that comes before a mark was made of that mark's message. Now and then it ends before it has read all."""
    found: list[Seen] = []
    number = 0
    for raw in _parts(written):
        seen = _seen(number, raw.decode(**_CODES))
        if seen.host != _MARK:
            found.append(seen)
        elif seen.test == "cpu":
            if not seen.text.endswith(f" from {number}\n"):
                raise XymondDiedError("a message has damaged the mark behind it")
            number += 1
    if number != count:
        raise XymondDiedError(f"it has read {number} of {count} messages")
    return found


def _parts(written: bytes) -> Iterator[bytes]:
    """`extcombo OFFSET OFFSET ... END`, blanks, and the messages at those offsets; or one long message by itself."""
    written = written.removesuffix(b"Shutting down\n")
    place = 0
    while place < len(written):
        if not written.startswith(b"extcombo ", place):
            end = written.find(b"\nextcombo ", place)
            yield written[place:end]
            place = end + 1
            continue
        line = written[place : written.index(b"\n", place)]
        offsets = [int(word) + place for word in line.split()[1:]]
        yield from (written[begin:end] for begin, end in pairwise(offsets))
        place = offsets[-1] + 1


def _seen(number: int, raw: str) -> Seen:
    word, _, rest = raw.partition(" ")
    key, _, text = rest.partition("\n" if word == "data" else " ")
    host, _, test = key.rpartition(".")
    host = host.replace(",", ".")
    if word == "data":
        return Seen(number, host, test, "", "", text)
    assert word.startswith("status"), raw
    color, _, after = text.partition(" ")
    groups = word.partition("/group:")[2]
    return Seen(number, host, test, color, after.partition("\n")[0], text, tuple(filter(None, groups.split(","))))
