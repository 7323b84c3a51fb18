"""Every option of a site file: how its value is read, what holds without it, and which types of monitors have it.

The tables are the only list: the reader, its suggestions and a test of docs/sites.md go by them.
"""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from hexmon.inventory.sites import values
from hexmon.inventory.sites.values import Reader
from hexmon.model.site import MONITOR_TYPES, SNMP_TYPES

AuthProtocol = Literal["MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"]
PrivacyProtocol = Literal["DES", "AES", "AES192", "AES256"]

EVERY = frozenset[str](MONITOR_TYPES)
SNMP = frozenset[str](SNMP_TYPES)
WEB = frozenset({"http", "quic"})
SOCKET = frozenset({"tcp", "udp"})


class Option(msgspec.Struct, frozen=True):
    """One option. `usual` is its default in words, "" for none; `types` are those of the monitors that may have it."""

    read: Reader
    usual: str = ""
    needed: bool = False
    types: frozenset[str] = EVERY


Options = Mapping[str, Option]

_count = values.whole(1)

EMAIL_SERVER: Options = {
    "smtp_host": Option(values.filled, needed=True),
    "smtp_port": Option(values.port_number, needed=True),
    "smtp_username": Option(values.filled),
    "smtp_password": Option(values.secret_filled),
    "from_address": Option(values.email_address, needed=True),
    "use_tls": Option(values.boolean, "true"),
    "smtp_verify": Option(values.boolean, "true"),
}
OUTAGE_EMAIL: Options = {
    "email": Option(values.email_address, needed=True),
    "email_outages": Option(values.boolean, "true"),
    "email_recoveries": Option(values.boolean, "true"),
    "email_reminders": Option(values.boolean, "true"),
}
OUTAGE_WEBHOOK: Options = {
    "endpoint_url": Option(values.secret_url, needed=True),
    "request_method": Option(values.choice("GET", "POST"), needed=True),
    "request_encoding": Option(values.choice("URL", "HTML", "JSON", "CSVQUOTED"), needed=True),
    "request_prefix": Option(values.secret_text, '""'),
    "request_suffix": Option(values.secret_text, '""'),
}
SITE: Options = {
    "name": Option(values.name, needed=True),
    "email_server": Option(lambda value: value),
    "outage_emails": Option(lambda value: value),
    "outage_webhooks": Option(lambda value: value),
    "max_threads": Option(_count),
    "max_retries": Option(_count, "3"),
    "max_try_secs": Option(_count, "20"),
    "retry_pause_secs": Option(values.seconds, "1"),
    "check_every_n_secs": Option(_count, "60"),
    "notify_every_n_secs": Option(_count, "600"),
    "after_every_n_notifications": Option(_count, "1"),
    "alarms": Option(values.boolean, "true"),
}
MONITOR: Options = {
    "type": Option(values.filled, needed=True),
    "name": Option(values.name, needed=True),
    "address": Option(values.filled, needed=True),
    "check_every_n_secs": Option(_count, "that of the site"),
    "notify_every_n_secs": Option(_count, "that of the site"),
    "after_every_n_notifications": Option(_count, "that of the site"),
    "notify_on_down_every_n_secs": Option(_count),
    "max_retries": Option(_count, "that of the site"),
    "max_try_secs": Option(_count, "that of the site"),
    "email": Option(values.boolean, "true"),
    "display": Option(values.boolean, "true"),
    "alarms": Option(values.boolean, "that of the site"),
    "heartbeat_url": Option(values.secret_url),
    "heartbeat_every_n_secs": Option(_count, "with every good check"),
    "parent_name": Option(lambda value: value),
    "parents_need": Option(values.choice("all", "any"), "all"),
    "expect": Option(values.some, types=WEB | SOCKET),
    "send": Option(values.text, types=WEB | SOCKET),
    "content_type": Option(values.header_value, "text/plain; charset=utf-8, or text", types=WEB | SOCKET),
    "ssl_fingerprint": Option(values.fingerprint, types=WEB),
    "ignore_ssl_expiry": Option(values.boolean, "false", types=WEB),
    "community": Option(values.secret_filled, "public", types=SNMP),
    "version": Option(values.version, "2c", types=SNMP),
    "username": Option(values.filled, types=SNMP),
    "auth_protocol": Option(values.choice(*get_args(AuthProtocol)), "SHA", types=SNMP),
    "auth_password": Option(values.secret_filled, types=SNMP),
    "privacy_protocol": Option(values.choice(*get_args(PrivacyProtocol)), "AES", types=SNMP),
    "privacy_password": Option(values.secret_filled, types=SNMP),
    "context": Option(values.text, '""', types=SNMP),
    "vlan_contexts": Option(values.boolean, "false", types=frozenset({"ports", "port"})),
    "percentile": Option(values.whole(1, 99), types=frozenset({"ports", "port"})),
    "port": Option(values.whole(0, 2**31 - 1), types=frozenset({"port"})),
    "mac": Option(values.mac, types=frozenset({"port"})),
    "always_up": Option(values.boolean, "false", types=frozenset({"port"})),
}
TOP = ("site", "monitors")
SECRETS = frozenset(
    {"smtp_password", "community", "auth_password", "privacy_password", "heartbeat_url", "endpoint_url"}
    | {"request_prefix", "request_suffix"}
)
"""May be given as `KEY_file`; no message, dump or `repr` shows them."""
