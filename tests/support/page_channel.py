"""What a real xymond says on its page channel: what xymond_alert is told of the messages that xymond gets."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.peers import peer
from tests.support.xymond import Xymond, unprivileged_user, xymond

_ATTEMPTS = 2000
_PAUSE = 0.01
_CALL = b"status ready,example,com.ready red Is anybody there?"


class PageChannel:
    """`xymond` is the server; `pages` waits for so many more messages of its page channel and returns them whole."""

    def __init__(self, server: Xymond, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.xymond = server
        self._process = process
        self._log = log
        self._taken = 0

    def wait(self) -> None:
        """Until it listens: xymond says nothing on a channel that nobody reads."""
        for _ in range(_ATTEMPTS):
            self.xymond.say(_CALL)
            self._pause()
            if self._messages(lambda _one: True):
                return
        raise RuntimeError("xymond_channel did not start")

    def pages(self, count: int) -> list[bytes]:
        """The next `count` messages, each from its `@@page` line to before its `@@` line."""
        for _ in range(_ATTEMPTS):
            found = self._messages(lambda one: not one.endswith(_CALL))
            if len(found) >= self._taken + count:
                self._taken += count
                return found[self._taken - count : self._taken]
            self._pause()
        raise RuntimeError(f"the page channel says no more than {self._messages(lambda _one: True)[-5:]!r}")

    def _pause(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PAUSE)
            raise RuntimeError("xymond_channel ended")

    def _messages(self, wanted: Callable[[bytes], bool]) -> list[bytes]:
        heard = self._log.read_bytes() if self._log.exists() else b""
        return [one for one in heard.split(b"\n@@\n")[:-1] if wanted(one)]


@contextmanager
def page_channel(hosts: str) -> Iterator[PageChannel]:
    """Start a real xymond that knows `hosts`, and listen to its page channel."""
    program = peer("xymond_channel")
    with xymond(f"127.0.0.1 ready.example.com #\n{hosts}", environment={"ALERTCOLORS": "red,yellow,purple"}) as server:
        log = server.home / "pages"
        command = [
            *_beside(server),
            str(program),
            "--channel=page",
            f"--log={server.home / 'channel.log'}",
            "/usr/bin/tee",
            str(log),
        ]
        process = subprocess.Popen(
            command,
            cwd=server.home,
            env={**os.environ, "XYMONHOME": str(server.home), "XYMONTMP": str(server.home / "tmp")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            found = PageChannel(server, process, log)
            found.wait()
            yield found
        finally:
            process.terminate()
            process.wait(10)


def _beside(server: Xymond) -> list[str]:
    """The words before a command that make it run as that xymond does, where it can reach its channels."""
    if os.geteuid() != 0:
        return []
    user = unprivileged_user()
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["nsenter", f"--ipc=/proc/{server.pid}/ns/ipc", "setpriv", *identity]
