"""Settings of the message servers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from hexmon.ingest.access import Senders


class FileSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What `config`, `download` and client messages read; None: that is not offered.

    `config_dir` holds the *.cfg files, `download_dir` the client's updates; `client_local` is client-local.cfg,
    of which an agent gets the best section, or all that fit (`merge_client_local`).
    """

    config_dir: Path | None = None
    download_dir: Path | None = None
    client_local: Path | None = None
    merge_client_local: bool = False
    all_names: bool = False  # `config` answers for names that do not end in .cfg


class MessageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The server of port 1984. Sizes are bytes, durations seconds."""

    addresses: tuple[str, ...] = ("127.0.0.1:1984",)
    addresses_key: str = "[listen] messages"  # where they are set, for messages about mistakes
    addresses_hint: str = "is another monitor running? Set [listen] messages, or HEXMON_LISTEN__MESSAGES"
    senders: Senders = Senders()
    files: FileSettings = FileSettings()
    certificate: Path | None = None  # PEM, with the chain; for tls:// addresses
    key: Path | None = None  # PEM; None: it is in the certificate's file
    client_ca: Path | None = None  # PEM; senders on tls:// must show a certificate of these authorities
    timeout: float = 30.0  # of a connection, from accept to close
    max_message: int = 64 * 1024 * 1024
    max_buffered: int = 256 * 1024 * 1024  # of all unfinished messages together
    max_connections: int = 20_000
    max_waiting: int = 1_000_000  # records that the disk has not taken: with more, nobody is heard
    backlog: int = 4096


CLASSIC_PATHS = (
    "/xymon-msg",
    "/xymon-cgimsg/xymoncgimsg.cgi",
    "/xymon-cgi/xymoncgimsg.cgi",
    "/cgi-bin/xymoncgimsg.cgi",
    "/cgi-bin/bb-message.cgi",
    "/cgi-bin/bbmessage.cgi",
)


class AgentSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Messages over HTTP: where, from whom, and for which hosts.

    `required` None: when there is anything by which a sender can be known. `hosts` is user -> patterns of the hosts
    that may be reported for, `*` all users who have no entry; `trusted_proxies` are networks.
    """

    paths: tuple[str, ...] = CLASSIC_PATHS
    htpasswd: Path | None = None
    tokens: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    required: bool | None = None
    hosts: Mapping[str, Sequence[str]] = {}
