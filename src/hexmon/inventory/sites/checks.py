"""What a monitor of a site is checked by: the probe, its options, where it goes. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from hexmon.inventory.sites.addresses import Address
from hexmon.inventory.sites.monitor_part import Entry
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Judging
from hexmon.model.site import Monitor, MonitorType
from hexmon.probes.exchange import ExchangeOptions
from hexmon.probes.http_options import Expectation, HttpOptions
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.snmp.options import SnmpOptions
from hexmon.probes.wire import is_address

_REDIRECTS = 10
_TEXT = "text/plain; charset=utf-8"
_SUCCESS = "^2[0-9][0-9]$"
_NO_ERROR = "^[123][0-9][0-9]$"
_UP_OR_DOWN = Judging(monitor=True)
_PUBLIC = "public"


def square_of(host: str, kind: MonitorType) -> StatusKey:
    """Its only square: `conn` for a ping, else the name of its type."""
    return StatusKey(host, "conn" if kind == "ping" else kind)


def check_of(entry: Entry, monitor: Monitor, retry_pause: float) -> Check:
    """Its check; the entry has no mistakes."""
    address = entry.address
    assert address is not None  # noqa: S101 - one without an address is a mistake
    probe, options = _PROBES[monitor.type], _OPTIONS[monitor.type](entry, monitor, address)
    return Check(
        key=monitor.key,
        probe=probe,
        address=address.host,
        options=options,
        spec=f"{monitor.type} {address.shown}",
        interval=monitor.check_every,
        timeout=monitor.max_try_secs,
        attempts=monitor.max_retries,
        retry_pause=retry_pause,
        judging=_UP_OR_DOWN,
        dns=bool(address.host) and not is_address(address.host),
        origin=monitor.origin,
    )


def _ping(_entry: Entry, monitor: Monitor, _address: Address) -> IcmpOptions:
    """One packet; that it is tried again is the business of the attempts."""
    return IcmpOptions(count=1, retries=0, limit=monitor.max_try_secs)


def _http(entry: Entry, _monitor: Monitor, address: Address) -> HttpOptions:
    found = entry.found
    posted = "send" in found
    return HttpOptions(
        url=address.url,
        method="POST" if posted else "GET",
        body=entry.send,
        headers=(f"Content-Type: {found.get('content_type', _TEXT)}",) if posted else (),
        verify=False,
        follow=_REDIRECTS,
        expect=_expectations(found.get("expect", "")),
        fingerprint=found.get("ssl_fingerprint", ""),
        check_expiry=not found.get("ignore_ssl_expiry", False),
    )


def _expectations(text: str) -> tuple[Expectation, ...]:
    """Any success; with a text it must be there, and a redirect to nowhere else may be what shows it."""
    if not text:
        return (Expectation(what="status", wanted=_SUCCESS),)
    return Expectation(what="status", wanted=_NO_ERROR), Expectation(what="text", wanted=text)


def _quic(entry: Entry, monitor: Monitor, address: Address) -> HttpOptions:
    return msgspec.structs.replace(_http(entry, monitor, address), version="3")


def _tcp(entry: Entry, _monitor: Monitor, address: Address) -> ExchangeOptions:
    expect = str(entry.found.get("expect", "")).encode()
    return ExchangeOptions(transport="tcp", port=address.port, send=entry.send, expect=expect)


def _udp(entry: Entry, monitor: Monitor, address: Address) -> ExchangeOptions:
    return msgspec.structs.replace(_tcp(entry, monitor, address), transport="udp")


def _snmp(entry: Entry, monitor: Monitor, address: Address) -> SnmpOptions:
    found = entry.found
    asked: dict[str, Any] = {
        "kind": monitor.type,
        "port": address.port,
        "version": found.get("version", "2c"),
        "index": monitor.port,
        "mac": monitor.mac,
        "always_up": monitor.always_up,
        "vlan_contexts": found.get("vlan_contexts", False),
    }
    if asked["version"] != "3":
        return SnmpOptions(**asked, community=found.get("community") or address.user or _PUBLIC)
    words = ("auth_protocol", "auth_password", "privacy_protocol", "privacy_password", "context")
    login = {word: found.values[word] for word in words if word in found.values}
    return SnmpOptions(**asked, **login, user=found.get("username") or address.user)


_PROBES: Mapping[MonitorType, str] = {
    "ping": "icmp",
    "http": "http",
    "quic": "http",
    "tcp": "exchange",
    "udp": "exchange",
    "ports": "snmp",
    "port": "snmp",
    "host": "snmp",
}
_OPTIONS: Mapping[MonitorType, Callable[[Entry, Monitor, Address], Any]] = {
    "ping": _ping,
    "http": _http,
    "quic": _quic,
    "tcp": _tcp,
    "udp": _udp,
    "ports": _snmp,
    "port": _snmp,
    "host": _snmp,
}
