"""Which files `hexmon clients` reads: analysis.cfg, the hosts, and the messages that are to be judged."""

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from hexmon.app.analysis import AnalysisSource
from hexmon.app.settings import Configuration, Files
from hexmon.ingest.messages import ClientData
from hexmon.ingest.protocol import parse_client
from hexmon.inventory.policies import Defaults
from hexmon.inventory.source import HostsSource
from hexmon.judge.clients.rules import AnalysisFile
from hexmon.model.inventory import Host, Inventory
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.status import ClientMessage

_SENDER = "127.0.0.1"
_COLLECTOR = re.compile(rb"^\[collector:[^\]\n]*\]\r?\n(?=client[ /])", re.MULTILINE)


def add_files(parser: argparse.ArgumentParser) -> None:
    """The options that `ClientFiles` reads."""
    parser.add_argument("--config", metavar="FILE", help="default: hexmon.toml in this folder, when there is one")
    parser.add_argument("--hosts", type=Path, metavar="FILE", help="default: what the configuration says")
    parser.add_argument("--analysis", type=Path, metavar="FILE", help="the same; analysis.cfg")
    parser.add_argument("--holidays", type=Path, metavar="FILE", help="the same, or beside the hosts file")


@dataclass(frozen=True)
class ClientFiles:
    """The files of the command line, else those of the configuration; the usual names may be missing."""

    args: argparse.Namespace
    configuration: Configuration

    def analysis(self) -> AnalysisFile:
        """The settings. Raises ConfigError when a file cannot be read."""
        named = self.configuration.settings.files.analysis
        path = self.args.analysis or self.configuration.locate(named)
        required = self.args.analysis is not None or named != Files().analysis
        return AnalysisSource(path, required=required).load(lenient=True)

    def inventory(self) -> Inventory:
        """The hosts; nobody when there is no file. Raises ConfigError when one that was named cannot be read."""
        settings = self.configuration.settings
        path = self.args.hosts or self.configuration.locate(settings.files.hosts)
        if self.args.hosts is None and settings.files.hosts == Files().hosts and not path.exists():
            return Inventory()
        defaults = Defaults(location=settings.location, holidays=settings.holidays)
        return HostsSource(path, defaults=defaults, holidays=self._holidays()).load(lenient=True)

    def _holidays(self) -> Path:
        if self.args.holidays is not None:
            return Path(self.args.holidays)
        if self.args.hosts is not None:
            return Path(self.args.hosts).with_name(Files().holidays)
        return self.configuration.locate(self.configuration.settings.files.holidays)


def host_of(inventory: Inventory, name: str) -> Host:
    """That host, or one of which nothing is known."""
    return inventory.find(name) or Host(name=name)


def read_messages(path: Path, host: str, now: float) -> list[ClientMessage]:
    """The client messages out of a file; `-` is standard input.

    It may be what an agent sent, an answer to `clientlog`, or a file of kept client data: there each message stands
    behind a line `[collector:NAME]`. `host` takes the place of the names in it. Raises ConfigError for a file that
    cannot be read or has anything else in it.
    """
    try:
        text = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise ConfigError((Problem(Origin(str(path)), f"cannot be read: {error.strerror}"),)) from error
    starts = [found.end() for found in _COLLECTOR.finditer(text)] or [0]
    ends = [*(found.start() for found in _COLLECTOR.finditer(text, starts[0])), len(text)]
    return [_message(path, text, (start, end), host, now) for start, end in zip(starts, ends, strict=True)]


def _message(path: Path, text: bytes, part: tuple[int, int], host: str, now: float) -> ClientMessage:
    message = text[slice(*part)].lstrip(b"\r\n")
    command = parse_client(message, _SENDER, 0.0)
    if not isinstance(command, ClientData):
        origin = Origin(str(path), text.count(b"\n", 0, part[0]) + 1)
        hint = "its first line is: client host,example,com.linux linux"
        raise ConfigError((Problem(origin, "this is no client message", hint),))
    return ClientMessage(
        host=host or command.host,
        collector=command.collector,
        os_type=command.os_type,
        host_class=command.host_class,
        sender=command.sender,
        received=now,
        message=message,
    )
