"""Telling systemd that we are ready and alive: sd_notify(3), one datagram each."""

import os
import socket
from collections.abc import Mapping


class Notifier:
    """Sends states to NOTIFY_SOCKET; does nothing where systemd does not listen."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        given = os.environ if environ is None else environ
        path = given.get("NOTIFY_SOCKET", "")
        # A leading @ means Linux's abstract namespace, written as a NUL on the socket.
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self.watchdog_seconds = int(given.get("WATCHDOG_USEC", "0") or 0) / 1_000_000

    def ready(self, status: str) -> None:
        """Start-up is done."""
        self._send(f"READY=1\nSTATUS={status}")

    def alive(self) -> None:
        """Feed the watchdog."""
        if self.watchdog_seconds:
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """We are going down on purpose."""
        self._send("STOPPING=1")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(self._address)
            sender.sendall(state.encode())
