"""A dispatcher over a real board and a real inventory: all of hexmon's message side without sockets."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from hexmon.board.board import Board
from hexmon.board.draft import machine_time
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.clock import Clock
from hexmon.ingest.access import Access, Senders
from hexmon.ingest.commands import Dispatcher
from hexmon.ingest.files import Files
from hexmon.ingest.outside import Outside
from hexmon.ingest.settings import FileSettings
from hexmon.inventory.source import HostsSource
from hexmon.inventory.xmh import xmh_value
from hexmon.model.inventory import Inventory


class Monitor:
    """`say` is one message and its answer, as bytes. `folder` gets `etc` (hosts.cfg and `files`) and `download`."""

    def __init__(  # noqa: PLR0913 - what may differ has a name and a default
        self,
        folder: Path,
        hosts: str,
        clock: Clock,
        *,
        files: Mapping[str, str] | None = None,
        senders: Senders | None = None,
        settings: BoardSettings | None = None,
        local: Callable[[float], datetime] = machine_time,
    ) -> None:
        etc = folder / "etc"
        (folder / "download").mkdir(parents=True, exist_ok=True)
        for name, text in {"hosts.cfg": hosts, **(files or {})}.items():
            path = etc / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.folder = folder
        self.clock = clock
        self.journal = MemoryJournal()
        self.bus = LocalBus()
        self.reloads: list[str] = []
        self.board = Board(clock, self.journal, self.bus, settings or BoardSettings(), self.inventory(), local)
        served = FileSettings(config_dir=etc, download_dir=folder / "download", client_local=etc / "client-local.cfg")
        self.dispatcher = Dispatcher(
            self.board,
            Access(senders),
            Files(served, clock.monotonic),
            clock,
            outside=Outside(reload=self.reloads.append),
            xmh=xmh_value,
        )

    def inventory(self) -> Inventory:
        """What hosts.cfg says now."""
        return HostsSource(self.folder / "etc" / "hosts.cfg").load()

    def say(self, message: bytes | str, sender: str = "127.0.0.1") -> bytes:
        raw = message.encode() if isinstance(message, str) else message
        reply = self.dispatcher.handle(raw, sender).reply
        return reply if isinstance(reply, bytes) else b"".join(reply)
