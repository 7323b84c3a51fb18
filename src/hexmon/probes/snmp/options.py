"""How a device is asked by SNMP, and for what."""

from typing import Literal

import msgspec

Kind = Literal["ports", "port", "host"]


class SnmpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One poll. `ports` looks at all interfaces, `port` at the one of `index`, `host` at the machine itself.

    `port` is that of UDP. With version 3 `user` and, as the passwords are there, authentication and privacy (RFC 3414,
    3826, 7860). `context` is the context name of version 3. `vlan_contexts`: each VLAN has a table of MACs of its own,
    which is found as `community@VLAN`, or in the context `vlan-VLAN` (Cisco IOS).
    """

    kind: Kind
    port: int = 161
    version: Literal["1", "2c", "3"] = "2c"
    community: str = "public"
    user: str = ""
    auth_protocol: Literal["MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"] = "SHA"
    auth_password: str = ""
    privacy_protocol: Literal["DES", "AES", "AES192", "AES256"] = "AES"
    privacy_password: str = ""
    context: str = ""
    vlan_contexts: bool = False
    index: int | None = None  # ifIndex
    mac: str = ""  # the pinned one of a `port`
    always_up: bool = False

    def __repr__(self) -> str:
        return f"SnmpOptions({self.kind!r}, {self.port}, version {self.version})"  # the rest is secret
