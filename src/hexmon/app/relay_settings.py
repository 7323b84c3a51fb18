"""The settings of `hexmon relay`: relay.toml and the command line."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from hexmon.app.settings import Address, Column, Network, OptionalHost, Senders
from hexmon.app.spools import refuse_twins
from hexmon.config.settings import PositiveCount, PositiveSeconds, Seconds, checked, load_settings
from hexmon.ingest.access import address_of
from hexmon.ingest.addresses import parse_address
from hexmon.model.origin import ConfigError, Origin, Problem

_STRICT = {"extra": "forbid"}
_PREFIX = "HEXMON_RELAY_"
_EVERYWHERE = ("", "*", "0.0.0.0", "::")  # noqa: S104 - what a relay listens on
_MIB = 1024 * 1024


def _read_rate(value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ValueError("must be 0 (no limit) or more")


Rate = Annotated[float, checked(_read_rate)]


@dataclass(frozen=True, kw_only=True)
class RelayReport:
    """What the relay says about itself, to every server."""

    __pydantic_config__ = _STRICT
    enabled: bool = True
    host: OptionalHost = ""  # "": this machine's name
    column: Column = "relay"
    interval: PositiveSeconds = 300.0
    waits: PositiveSeconds = 300.0  # yellow when something has waited for so long
    away: PositiveSeconds = 900.0  # red when a server has been away for so long
    loss: PositiveSeconds = 1800.0  # red for so long after messages were lost


@dataclass(frozen=True, kw_only=True)
class RelaySettings:
    """The whole of relay.toml. `pull` keeps the messages until a server fetches them; then there are no `servers`."""

    __pydantic_config__ = _STRICT
    listen: tuple[Address, ...] = ("0.0.0.0:1984",)
    servers: tuple[Address, ...] = ()
    data_dir: str = "hexmon-relay"
    certificate: str = ""  # PEM, for tls:// addresses in `listen`
    key: str = ""
    client_ca: str = ""
    ca: str = ""  # PEM: the authorities of tls:// and https:// servers
    answers: Literal["first", "last"] = "last"  # which server answers agents and questions
    gather: Seconds = 0.25
    timeout: PositiveSeconds = 10.0
    connections: PositiveCount = 16  # to one server at once
    memory: PositiveCount = 128 * _MIB  # bytes of messages that wait in memory
    spool: PositiveCount = 1024 * _MIB  # bytes of messages that wait on disk, for each server
    rate: Rate = 1000.0  # messages a second to a server that is back; 0: no limit
    retry: PositiveSeconds = 1.0
    retry_most: PositiveSeconds = 30.0
    pull: bool = False
    allow: tuple[Network, ...] = ()  # with pull: who may fetch; empty: everybody
    max_age: PositiveSeconds = 600.0  # with pull: what nobody fetched is forgotten then
    senders: Senders = field(default_factory=Senders)
    report: RelayReport = field(default_factory=RelayReport)

    @property
    def own_name(self) -> str:
        """The host that the relay's status is for."""
        return self.report.host or socket.gethostname().lower() or "localhost"


@dataclass(frozen=True, kw_only=True)
class RelayConfiguration:
    """Settings, and the folder that relative paths are relative to."""

    settings: RelaySettings
    folder: Path
    source: str

    def locate(self, name: str) -> Path | None:
        """A path of the settings, made absolute; None for none."""
        return (self.folder / Path(name).expanduser()).resolve() if name else None

    @property
    def data_dir(self) -> Path:
        """The folder of the spools."""
        return (self.folder / Path(self.settings.data_dir).expanduser()).resolve()


def read_relay_configuration(path: str | None, environ: Mapping[str, str] | None = None) -> RelayConfiguration:
    """The file at `path`, or the defaults; HEXMON_RELAY_KEY sets any key. Raises ConfigError, OSError."""
    given = os.environ if environ is None else environ
    own = {f"HEXMON_{name[len(_PREFIX) :]}": text for name, text in given.items() if name.startswith(_PREFIX)}
    others = {name: text for name, text in given.items() if not name.startswith("HEXMON_")}
    file = Path(path).resolve() if path else None
    settings = load_settings(RelaySettings, file, others | own)
    return RelayConfiguration(
        settings=settings, folder=file.parent if file else Path.cwd(), source=str(file or "relay")
    )


def _is_itself(server: str, listen: tuple[str, ...]) -> bool:
    there = parse_address(server)
    near = there.host == "localhost" or getattr(address_of(there.host), "is_loopback", False)
    return not there.url and any(
        (here.host == there.host or (near and here.host in _EVERYWHERE)) and 0 != here.port == there.port
        for here in map(parse_address, listen)
    )


def refuse_nonsense(configuration: RelayConfiguration) -> None:
    """What can only be seen when all is known, the command line too. Raises ConfigError."""
    settings, origin = configuration.settings, Origin(configuration.source)
    problems = []
    if not settings.servers and not settings.pull:
        hint = "name one with --server, or keep the messages for servers that fetch them: --pull"
        problems.append(Problem(origin, "there is no server to send to", hint))
    if settings.servers and settings.pull:
        problems.append(Problem(origin, "servers: with pull nothing is sent anywhere", "leave out one of both"))
    try:
        refuse_twins(settings.servers)
    except ValueError as error:
        problems.append(Problem(origin, f"servers: {error}"))
    if loops := [text for text in settings.servers if _is_itself(text, settings.listen)]:
        problems.append(Problem(origin, f"servers: {loops[0]} is this relay itself: it would send to itself for ever"))
    encrypted = [text for text in settings.listen if parse_address(text).tls]
    if encrypted and not settings.certificate:
        problems.append(Problem(origin, f"listen: {encrypted[0]} needs a certificate", "set certificate and key"))
    web = [text for text in settings.listen if parse_address(text).url]
    if web:
        problems.append(Problem(origin, f"listen: {web[0]}: a relay listens for tcp and tls:// only"))
    if problems:
        raise ConfigError(tuple(problems))
