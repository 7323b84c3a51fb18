"""One item of `monitors:`: its options, whether they fit its type and one another. Pure."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from hexmon.config.decode import Place
from hexmon.inventory.sites.addresses import Address, read_address
from hexmon.inventory.sites.names import RESERVED
from hexmon.inventory.sites.options import EVERY, MONITOR, SNMP, SOCKET, WEB
from hexmon.inventory.sites.tables import LOST, Found, Teller, read_table
from hexmon.inventory.sites.values import Wrong, payload, shown
from hexmon.model.site import MONITOR_TYPES, MonitorType

_MEANT: Mapping[str, MonitorType] = {
    "https": "http",
    "web": "http",
    "url": "http",
    "http3": "quic",
    "h3": "quic",
    "icmp": "ping",
    "snmp": "ports",
    "switch": "ports",
    "server": "host",
    "interface": "port",
    "socket": "tcp",
}
"""Types that people write, and those that they mean."""

_V3 = ("username", "auth_protocol", "auth_password", "privacy_protocol", "privacy_password", "context")
_SHORTEST = 8  # letters of a password (RFC 3414, 11.2)
_ENCODINGS = ("text", "hex", "base64")
_TEXT = "text/plain; charset=utf-8"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor as it was read. `type` "": nobody knows which. `parents` are names as written."""

    place: Place
    label: str
    found: Found
    type: MonitorType | None
    name: str
    address: Address | None
    parents: tuple[str, ...] = ()
    send: bytes = b""


def read_entry(teller: Teller, value: Any, number: int) -> Entry:
    """The monitor at that place of the list, from 0 on. What is wrong is told."""
    place: Place = ("monitors", number)
    label = _label(value, number)
    found = read_table(teller, value, MONITOR, place, label)
    entry = Entry(
        place=place,
        label=label,
        found=found,
        type=None,
        name=found.get("name", ""),
        address=None,
    )
    if not isinstance(value, dict):
        return entry
    reader = _EntryReader(teller, entry)
    return reader.entry()


def _label(value: Any, number: int) -> str:
    """`monitors[3] (the web)`: where it stands, and what it is called."""
    name = value.get("name") if isinstance(value, dict) else None
    plain = isinstance(name, str) and name.strip() and name.isprintable()
    return f"monitors[{number + 1}] ({name})" if plain else f"monitors[{number + 1}]"


class _EntryReader:
    def __init__(self, teller: Teller, entry: Entry) -> None:
        self._teller = teller
        self._entry = entry
        self._found = entry.found

    def entry(self) -> Entry:
        kind = self._type()
        parents = tuple(self._parents())
        self._check_name()
        self._check_times()
        address, send = None, b""
        if kind is not None:
            self._refuse_strangers(kind)
            address = self._address(kind)
            send = self._send(kind)
            self._check_snmp(kind, address)
        known = kind if self._found.get("type") in EVERY else None
        return msgspec.structs.replace(self._entry, type=known, address=address, parents=parents, send=send)

    def _tell(self, option: str, message: str, hint: str = "", *, fatal: bool = True) -> None:
        self._teller.tell((*self._entry.place, option), f"{self._entry.label}: {message}", hint, fatal=fatal)

    def _type(self) -> MonitorType | None:
        """The type, or the one that was probably meant, by which the rest is read; None when nobody knows."""
        word = self._found.get("type")
        if word is None or word in EVERY:
            return cast("MonitorType | None", word)
        if word == "snmp":
            self._tell("type", "type 'snmp' is not valid. Did you mean type: ports?")
            return "ports"
        lower = word.strip().lower()
        near = difflib.get_close_matches(lower, MONITOR_TYPES, 1, 0.7)
        meant = _MEANT.get(lower) or (cast("MonitorType", near[0]) if near else None)
        hint = f"did you mean type: {meant}?" if meant else f"the types are {', '.join(MONITOR_TYPES)}"
        self._tell("type", f"type {shown(word)} is not valid", hint)
        return meant

    def _check_name(self) -> None:
        if self._entry.name in RESERVED:
            self._tell("name", f"the name '{self._entry.name}' is taken by the state file", "give it another name")

    def _check_times(self) -> None:
        found = self._found
        if "after_every_n_notifications" in found and "notify_every_n_secs" not in found:
            self._tell(
                "after_every_n_notifications",
                "after_every_n_notifications is only valid with notify_every_n_secs",
                "write notify_every_n_secs of this monitor, too",
            )
        if "heartbeat_every_n_secs" in found and "heartbeat_url" not in found:
            self._tell("heartbeat_every_n_secs", "heartbeat_every_n_secs is only valid with heartbeat_url")
        if "parents_need" in found and "parent_name" not in found:
            self._tell("parents_need", "parents_need is only valid with parent_name")
        if "notify_on_down_every_n_secs" in found:
            text = "notify_on_down_every_n_secs has no effect"
            self._tell("notify_on_down_every_n_secs", text, "write notify_every_n_secs", fatal=False)

    def _parents(self) -> Iterable[str]:
        value = self._found.get("parent_name", [])
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(one, str) and one.strip() for one in names):
            if value is not LOST:
                self._tell("parent_name", f"parent_name: a name or a list of names is needed, not {shown(value)}")
            return
        yield from dict.fromkeys(one.strip() for one in names)

    # -- what fits the type ---------------------------------------------------------------------------------------

    def _refuse_strangers(self, kind: MonitorType) -> None:
        for option in sorted(self._found.written & MONITOR.keys(), key=list(MONITOR).index):
            types = MONITOR[option].types
            if kind in types:
                continue
            where = f"it is for {_listed(types)}"
            if option == "community":  # APMonitor takes no notice of it
                self._tell(option, f"'community' has no effect for type {kind}", where, fatal=False)
            else:
                self._tell(option, f"'{option}' is not valid for type {kind}", where)

    def _address(self, kind: MonitorType) -> Address | None:
        if "address" not in self._found.values:
            return None
        try:
            return read_address(kind, self._found.get("address"))
        except Wrong as error:
            self._tell("address", f"address: {error}", error.hint)
            return None

    def _send(self, kind: MonitorType) -> bytes:
        """The bytes that are sent."""
        found = self._found
        if kind not in WEB | SOCKET:
            return b""
        if "content_type" in found and "send" not in found:
            self._tell("content_type", "content_type is only valid with send")
        if kind == "udp" and "send" not in found:
            self._tell("address", "send is needed for type udp: nothing is known without an answer to it")
        sent = found.get("send", "")
        if kind in WEB:
            return str(sent).encode()
        if kind == "udp" and not sent and "send" in found.values:
            self._tell("send", "send: must not be empty for type udp")
        encoding = found.get("content_type", "text")
        if encoding not in _ENCODINGS:
            self._tell("content_type", f"content_type: {shown(encoding)} is none of {', '.join(_ENCODINGS)}")
            return b""
        try:
            return payload(sent, encoding)
        except Wrong as error:
            self._tell("send", f"send: {error}", error.hint)
            return b""

    # -- SNMP -----------------------------------------------------------------------------------------------------

    def _check_snmp(self, kind: MonitorType, address: Address | None) -> None:
        if kind not in SNMP:
            return
        if kind == "port":
            for option in ("port", "mac"):
                if option not in self._found:
                    self._tell("type", f"'{option}' is needed for type port", _NEEDED[option])
        if self._found.get("version", "2c") == "3":
            self._check_v3(address)
            return
        for option in _V3:
            if option in self._found:
                self._tell(option, f"'{option}' is only valid with version 3", "write version: 3")

    def _check_v3(self, address: Address | None) -> None:
        found = self._found
        if "community" in found:
            self._tell("community", "'community' is not valid with version 3", "write username")
        if "username" not in found and not (address is not None and address.user):
            self._tell("version", "'username' is needed with version 3")
        for option in ("auth", "privacy"):
            password, protocol = f"{option}_password", f"{option}_protocol"
            if protocol in found and password not in found:
                self._tell(protocol, f"'{protocol}' is only valid with {password}")
            if 0 < len(found.get(password, "")) < _SHORTEST:
                self._tell(password, f"{password}: at least {_SHORTEST} letters are needed (RFC 3414)")
        if "privacy_password" in found and "auth_password" not in found:
            self._tell("privacy_password", "'privacy_password' is only valid with auth_password")


_NEEDED = {"port": "it is the ifIndex of the interface", "mac": "write mac: XX:XX:XX:XX:XX:XX"}


def _listed(types: Iterable[str]) -> str:
    *most, last = [one for one in MONITOR_TYPES if one in types]
    return f"{', '.join(most)} and {last}" if most else last
