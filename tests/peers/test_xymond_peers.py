"""The real xymond and hexmon hear the same messages and must answer alike; moments may differ by some seconds."""

import difflib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hexmon.board.settings import BoardSettings
from hexmon.clock import SystemClock
from tests.peers.conversations import FIELDS, HOSTS, conversation
from tests.support.dispatch import Monitor
from tests.support.xymond import xymond

pytestmark = pytest.mark.peers

CLIENT_LOCAL = """\
[linux]
log:/var/log/messages:10240
  ignore MARK
[www.example.com]
linecount:/tmp/x
 ID:foo
[class=special]
file:/etc/passwd
[host=%^db]
dir:/tmp

[free*]
# nobody
free text
"""
FILES = {
    "client-local.cfg": CLIENT_LOCAL,
    "some.cfg": "A=1\ninclude other.cfg\nB=2 \\\n   more\n",
    "other.cfg": "inside\n",
}
_EPOCH = re.compile(r"(?<![\d.])1[789]\d{8}(?!\d)")
# After an until-OK disable hexmon waits one validity for the reporter; xymond for ever.
_ENABLED = re.compile(r"(\|blue\|+\d+\|\d+\|)(?:2147483647|\d{10})(\|\d+\|0\|)")
_SENDER_COOKIE = re.compile(r"(\|(?:127\.0\.0\.1|192\.0\.2\.7)\|)\d{1,6}(\|)")
_COOKIE = re.compile(r"\{cookie:(.*)\.(\w+)\}")

Say = Callable[[bytes], bytes]


def with_cookie(say: Say, message: str) -> bytes:
    """The message as this monitor needs it."""

    def cookie(found: re.Match[str]) -> str:
        reply = say(f"xymondboard host=^{found[1]}$ test=^{found[2]}$ fields=cookie".encode())
        return reply.decode().strip() or "999999999"

    return _COOKIE.sub(cookie, message).encode()


def aside(reply: bytes, now: float) -> str:
    """Moments become minutes from now; half a minute more or less is the same."""
    text = _ENABLED.sub(r"\1-\2", reply.decode(errors="replace"))
    text = _SENDER_COOKIE.sub(r"\1<cookie>\2", text)
    return _EPOCH.sub(lambda found: f"<{round((int(found.group()) - now) / 120)}>", text)


def differences(seed: int, length: int, ours: Say, theirs: Say) -> Iterator[str]:
    """What the two answer differently."""
    for number, message in enumerate(conversation(seed, length)):
        now = time.time()  # noqa: TID251 - the real xymond knows no other
        mine, real = (aside(say(with_cookie(say, message)), now) for say in (ours, theirs))
        if mine != real:
            yield f"{number}: {message!r}: {compared(mine, real)}"
        if number % 20 == 19:
            question = f"xymondboard fields={FIELDS}".encode()
            mine, real = (aside(say(question), now) for say in (ours, theirs))
            if mine != real:
                yield f"board after {number}: {compared(mine, real)}"
                return


def compared(ours: str, theirs: str) -> str:
    """The lines that differ."""
    rows = difflib.unified_diff(theirs.split("\n"), ours.split("\n"), "theirs", "ours", n=0, lineterm="")
    return "\n   ".join(rows)


@pytest.mark.parametrize("seed", range(3))
def test_generated_conversations(seed: int, tmp_path: Path) -> None:
    # 4.3.30 shares one ring of change times between all squares; hexmon does not.
    monitor = Monitor(tmp_path, HOSTS, SystemClock(), files=FILES, settings=BoardSettings(flap_count=0))
    with xymond(HOSTS, FILES, options=["--flap-count=0"]) as real:
        assert list(differences(seed, 400, monitor.say, real.say)) == []
