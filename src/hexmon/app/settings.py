"""The server's own settings: hexmon.toml."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal

from hexmon.alerts.alerts_cfg import AlertDefaults
from hexmon.alerts.channels import Notifiers, Tables, read_channels
from hexmon.alerts.heartbeat import HeartbeatSettings
from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Channel
from hexmon.alerts.settings import AlertSettings
from hexmon.board.settings import BoardSettings
from hexmon.config.settings import LIST, PositiveCount, PositiveSeconds, Seconds, checked, load_settings, within
from hexmon.graphs.settings import GraphSettings
from hexmon.history.settings import HostDataSettings
from hexmon.ingest.access import read_networks
from hexmon.ingest.addresses import parse_address, parse_listener
from hexmon.ingest.scope import check_patterns
from hexmon.ingest.settings import CLASSIC_PATHS
from hexmon.judge.clients.contract import ClientJudging
from hexmon.model.color import BY_WORD
from hexmon.model.names import TEST_NAME, check_host_name
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.probes.blackbox.settings import BlackboxSettings
from hexmon.probes.resolver import IpFamily
from hexmon.web.settings import PageSettings

_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+\Z")


def _read_column(text: str) -> None:
    if not TEST_NAME.match(text):
        raise ValueError(f"'{text}' is not the name of a column")


def _read_message_path(text: str) -> None:
    if not _PATH.match(text):
        raise ValueError(f"'{text}' is not a path such as /xymon-msg")


def _read_color(text: str) -> None:
    if text not in BY_WORD:
        raise ValueError(f"'{text}' is no colour: {', '.join(reversed(BY_WORD))}")


Address = Annotated[str, checked(parse_address)]
WebAddress = Annotated[str, checked(lambda text: parse_listener(text, 8000))]
MessagePath = Annotated[str, checked(_read_message_path)]
Hosts = Annotated[tuple[Annotated[str, checked(check_patterns)], ...], LIST]
Network = Annotated[str, checked(read_networks)]
Column = Annotated[str, checked(_read_column)]
OptionalHost = Annotated[str, checked(lambda text: text and check_host_name(text))]
OptionalColumn = Annotated[str, checked(lambda text: text and _read_column(text))]
ColorWord = Annotated[str, checked(_read_color)]
_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class Listen:
    """Where hexmon listens. `tls://` and `https://` addresses speak TLS with the certificate and key given here.

    With `client_ca` senders on tls:// must show a certificate of these authorities, and on https:// they may.
    """

    __pydantic_config__ = _STRICT
    messages: tuple[Address, ...] = ("127.0.0.1:1984",)
    web: tuple[WebAddress, ...] = ("127.0.0.1:8000",)
    certificate: str = ""
    key: str = ""
    client_ca: str = ""


@dataclass(frozen=True, kw_only=True)
class Files:
    """What is read. A file that does not exist is only a mistake when its name was given."""

    __pydantic_config__ = _STRICT
    hosts: str = "hosts.cfg"
    alerts: str = "alerts.cfg"
    rules: str = "alerts.yaml"
    analysis: str = "analysis.cfg"
    client_local: str = "client-local.cfg"
    merge_client_local: bool = False  # an agent gets all sections that fit, not the best
    protocols: str = "protocols.cfg"
    holidays: str = "holidays.cfg"
    graphs: str = "graphs.cfg"
    sites: tuple[str, ...] = ("sites/*.yaml",)
    blackbox: str = "blackbox.yml"  # the modules of /probe
    home: str = "."  # the folder of certs/, content/, etc/netrc, etc/cookies: what XYMONHOME was
    etc: str = "."  # the folder that `config FILE` reads
    download: str = "download"  # the folder that `download FILE` reads


@dataclass(frozen=True, kw_only=True)
class Store:
    """Where the state is kept. `sync` full survives a power cut, normal only a crash of hexmon."""

    __pydantic_config__ = _STRICT
    url: str = ""  # "": sqlite in data_dir
    history_days: int = 0  # 0: for ever
    notification_days: int = 90  # of the log of what was sent; 0: as long as the history


@dataclass(frozen=True, kw_only=True)
class Senders:
    """Who may say what: lists of addresses and networks; empty means everybody."""

    __pydantic_config__ = _STRICT
    status: tuple[Network, ...] = ()
    maint: tuple[Network, ...] = ()
    www: tuple[Network, ...] = ()
    admin: tuple[Network, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Agents:
    """Messages over HTTP(S): at which paths, from whom, and about which hosts.

    `hosts` is user -> the hosts that may be reported for; a user without an entry may report for all, or for those of
    the entry `*`.
    """

    __pydantic_config__ = _STRICT
    paths: tuple[MessagePath, ...] = CLASSIC_PATHS
    htpasswd: str = ""
    tokens: str = ""
    required: Literal["auto"] | bool = "auto"
    trusted_proxies: tuple[Network, ...] = ()
    hosts: dict[str, Hosts] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Probing:
    """How this node tests the network. `family` goes first where a name has addresses of both."""

    __pydantic_config__ = _STRICT
    interval: PositiveSeconds = 60.0
    timeout: PositiveSeconds = 10.0
    concurrency: PositiveCount = 2000
    retry_pause: Seconds = 1.0
    family: IpFamily = "ipv4"
    content_column: Column = "content"
    trace: bool = False


@dataclass(frozen=True, kw_only=True)
class Judging:
    """What holds for the colours of all hosts (xymonserver.cfg(5), xymonnet(1)). Days and bits of certificates."""

    __pydantic_config__ = _STRICT
    fail_goes_clear: bool = True  # IPTEST_2_CLEAR_ON_FAILED_CONN
    fail_text: str = "not OK"  # NETFAILTEXT
    router_text: str = "router"  # XYMONROUTERTEXT
    no_page: tuple[Column, ...] = ()  # NONETPAGE
    ssl_column: OptionalColumn = "sslcert"  # "" for none
    ssl_warn_days: int = 30
    ssl_alarm_days: int = 10
    ssl_bits: int = 0
    ssl_key_bits: int = 0


@dataclass(frozen=True, kw_only=True)
class ClientOptions:
    """How the messages of agents are judged: the options of xymond_client(8). analysis.cfg has the limits."""

    __pydantic_config__ = _STRICT
    clear_color: ColorWord = "clear"
    clear_msgs: bool = True
    clear_files: bool = True
    clear_ports: bool = True
    clear_services: bool = True
    list_cpu: bool = True
    list_processes: bool = True
    list_ports: bool = True
    list_services: bool = True
    uptime_column: bool = False
    unknown_systems: bool = False
    longest: PositiveCount = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class AgentOptions:
    """The built-in agent: hexmon watches the machine it runs on."""

    __pydantic_config__ = _STRICT
    enabled: bool = True
    host: OptionalHost = ""  # "": this machine's name
    interval: PositiveSeconds = 300.0


@dataclass(frozen=True, kw_only=True)
class PullOptions:
    """How hosts with `pulldata` are asked for their messages. `id` tells this monitor from others that ask them."""

    __pydantic_config__ = _STRICT
    enabled: bool = True
    interval: PositiveSeconds = 60.0
    timeout: PositiveSeconds = 20.0
    concurrency: PositiveCount = 50
    id: Annotated[int, within(1, 31)] = 1
    max_reply: PositiveCount = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole of hexmon.toml."""

    __pydantic_config__ = _STRICT
    data_dir: str = "hexmon-data"
    location: str = ""
    test_untagged: bool = False
    holidays: str = ""  # the set of hosts that name none
    listen: Listen = field(default_factory=Listen)
    files: Files = field(default_factory=Files)
    store: Store = field(default_factory=Store)
    senders: Senders = field(default_factory=Senders)
    agents: Agents = field(default_factory=Agents)
    board: BoardSettings = field(default_factory=BoardSettings)
    probing: Probing = field(default_factory=Probing)
    judging: Judging = field(default_factory=Judging)
    hostdata: HostDataSettings = field(default_factory=HostDataSettings)
    graphs: GraphSettings = field(default_factory=GraphSettings)
    pages: PageSettings = field(default_factory=PageSettings)
    blackbox: BlackboxSettings = field(default_factory=BlackboxSettings)
    clients: ClientOptions = field(default_factory=ClientOptions)
    agent: AgentOptions = field(default_factory=AgentOptions)
    pull: PullOptions = field(default_factory=PullOptions)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    heartbeat: HeartbeatSettings = field(default_factory=HeartbeatSettings, repr=False)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)  # alerts/channels.py reads them


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Settings, and the folder that relative paths are relative to."""

    settings: Settings
    folder: Path
    path: Path | None

    def locate(self, name: str) -> Path:
        """A path of the settings, made absolute."""
        return (self.folder / Path(name).expanduser()).resolve()

    @property
    def data_dir(self) -> Path:
        """The folder that hexmon writes."""
        return self.locate(self.settings.data_dir)

    @property
    def hostdata_dir(self) -> Path:
        """The folder of the client data that is kept."""
        folder = self.settings.hostdata.folder
        return self.locate(folder) if folder else self.data_dir / "hostdata"

    @property
    def rrd_dir(self) -> Path:
        """The folder of the RRD files."""
        folder = self.settings.graphs.dir
        return self.locate(folder) if folder else self.data_dir / "rrd"

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL; relative SQLite paths are relative to the file that names them."""
        url = self.settings.store.url
        if not url:
            return f"sqlite:///{self.data_dir / 'hexmon.db'}"
        prefix = "sqlite:///"
        return f"{prefix}{self.locate(url.removeprefix(prefix))}" if url.startswith(prefix) else url


def read_configuration(path: str | None, environ: Mapping[str, str] | None = None) -> Configuration:
    """The file at `path`, or ./hexmon.toml when there is one, or the defaults. Raises ConfigError, OSError."""
    given = Path(path).resolve() if path else None
    found = given or (Path("hexmon.toml").resolve() if Path("hexmon.toml").is_file() else None)
    settings = load_settings(Settings, found, os.environ if environ is None else environ)
    _refuse_impossible_listeners(settings.listen, str(found or "environment"))
    folder = found.parent if found else Path.cwd()
    return Configuration(settings=settings, folder=folder, path=found)


def channels_of(
    configuration: Configuration, notifiers: Notifiers = NOTIFIERS, others: Tables | None = None
) -> dict[str, Channel]:
    """The ways to send that the configuration names, and `others`: reads a file for the lines of mistakes.

    Raises ConfigError with every one.
    """
    path = configuration.path
    try:
        text = path.read_text(encoding="utf-8") if path else ""
    except (OSError, ValueError):  # it was read before: only the lines of mistakes are not known now
        text = ""
    tables = {**(others or {}), **configuration.settings.channels}
    usual = configuration.settings.alerts.group_from
    return read_channels(tables, str(path or "environment"), notifiers, text=text, group_from=usual)


def alert_defaults(settings: Settings) -> AlertDefaults:
    """What holds where alerts.cfg says nothing."""
    return AlertDefaults(colors=settings.board.alerting(), repeat=settings.alerts.repeat)


def client_judging(settings: Settings, zone: tzinfo = UTC) -> ClientJudging:
    """What holds for all agents' messages; `zone` is that of dates which agents do not send."""
    words = vars(settings.clients) | {"clear_color": BY_WORD[settings.clients.clear_color]}
    return ClientJudging(**words, zone=zone)


def _refuse_impossible_listeners(listen: Listen, source: str) -> None:
    for text in listen.messages:
        if parse_address(text).url:
            hint = "messages over HTTP are taken at the addresses of [listen] web"
            raise ConfigError((Problem(Origin(source), f"listen.messages: {text}: this is for pages", hint),))
    encrypted = [("messages", text) for text in listen.messages if parse_address(text).tls]
    encrypted += [("web", text) for text in listen.web if parse_listener(text, 8000).encrypted]
    if encrypted and not (listen.certificate and listen.key):
        key, text = encrypted[0]
        hint = "set [listen] certificate and key to PEM files"
        raise ConfigError((Problem(Origin(source), f"listen.{key}: {text} needs a certificate", hint),))
