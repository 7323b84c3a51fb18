"""YAML sites as values: what APMonitor's files say, understood, with every default filled in. Durations are seconds."""

from typing import Literal

import msgspec

from hexmon.model.names import StatusKey
from hexmon.model.origin import BUILT_IN, Origin

MonitorType = Literal["ping", "http", "quic", "tcp", "udp", "ports", "port", "host"]
MONITOR_TYPES: tuple[MonitorType, ...] = ("ping", "http", "quic", "tcp", "udp", "ports", "port", "host")
SNMP_TYPES = frozenset({"ports", "port", "host"})


class EmailServer(msgspec.Struct, frozen=True, kw_only=True):
    """`site.email_server`. TLS from the start on port 465, else STARTTLS where `use_tls`."""

    smtp_host: str
    smtp_port: int
    from_address: str
    smtp_username: str = ""
    smtp_password: str = ""
    use_tls: bool = True
    smtp_verify: bool = True  # its certificate must be good for its name

    def __repr__(self) -> str:
        return f"EmailServer({self.smtp_host!r}, {self.smtp_port})"


class OutageEmail(msgspec.Struct, frozen=True, kw_only=True):
    """One of `site.outage_emails`, and what it wants to hear of."""

    email: str
    outages: bool = True
    recoveries: bool = True
    reminders: bool = True
    line: int = 0


class OutageWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """One of `site.outage_webhooks`: how a sentence reaches it (alerts/notify/webhook.py)."""

    endpoint_url: str
    request_method: Literal["GET", "POST"]
    request_encoding: Literal["URL", "HTML", "JSON", "CSVQUOTED"]
    request_prefix: str = ""
    request_suffix: str = ""
    line: int = 0

    def __repr__(self) -> str:
        return f"OutageWebhook({self.request_method}, {self.request_encoding}, line {self.line})"


class Monitor(msgspec.Struct, frozen=True, kw_only=True):
    """One of `monitors`. `key` is its square; `address` is as written, for sentences, without user and password.

    `check_every` to `heartbeat_every` are those of the site where the monitor has none of its own; `heartbeat_every`
    None: with every good check. `checksum` is that of the original (SHA-256 of its mapping as JSON with sorted keys).
    `parents` are the squares of `parent_name`; `need` is as in alerts.yaml.
    """

    site: str
    key: StatusKey
    type: MonitorType
    name: str
    address: str
    check_every: float = 60.0
    notify_every: float = 600.0
    after_every: int = 1
    max_retries: int = 3  # attempts
    max_try_secs: float = 20.0
    email: bool = True
    display: bool = True
    alarms: bool = True
    heartbeat_url: str = ""
    heartbeat_every: float | None = None
    percentile: int | None = None
    port: int | None = None  # ifIndex
    mac: str = ""  # upper case, colons
    always_up: bool = False
    parents: tuple[StatusKey, ...] = ()
    need: Literal["all", "any"] = "all"
    checksum: str = ""
    origin: Origin = BUILT_IN

    def __repr__(self) -> str:
        return f"Monitor({self.site!r}, {self.type}, {self.name!r}, {self.address!r})"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One file.

    `stem` is that of its file name, `folder` the name made safe for file systems, `page` the path of its page.
    """

    name: str
    source: str
    stem: str
    folder: str
    page: str
    monitors: tuple[Monitor, ...] = ()
    email_server: EmailServer | None = None
    outage_emails: tuple[OutageEmail, ...] = ()
    outage_webhooks: tuple[OutageWebhook, ...] = ()
    max_threads: int | None = None  # accepted; checks need no threads here
    max_retries: int = 3
    max_try_secs: float = 20.0
    retry_pause: float = 1.0  # before each further attempt
    check_every: float = 60.0
    notify_every: float = 600.0
    after_every: int = 1
    alarms: bool = True
