"""blackbox.yml: what a module of blackbox_exporter's configuration asks for, as far as hexmon can do it.

What it cannot do is a mistake that names the key: a check that is not made as it is written would be believed.
"""

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from hexmon.config.settings import PositiveSeconds, checked
from hexmon.config.yaml_file import decode_yaml, read_yaml
from hexmon.probes.dns_message import record_type
from hexmon.probes.regexps import compile_regexp

_STRICT = {"extra": "forbid", "coerce_numbers_to_str": True}
SHIPPED = "blackbox.yml"


def _read_type(text: str) -> None:
    if record_type(text) is None:
        raise ValueError(f"'{text}' is no type of DNS records")


Regexp = Annotated[str, checked(compile_regexp)]
RecordType = Annotated[str, checked(_read_type)]
IpProtocol = Literal["ip4", "ip6"]


@dataclass(frozen=True, kw_only=True)
class Anywhere:
    """What every prober may say of addresses: read, and not followed ([probing] family says which goes first)."""

    __pydantic_config__ = _STRICT
    preferred_ip_protocol: IpProtocol = "ip6"
    ip_protocol_fallback: bool = True


@dataclass(frozen=True, kw_only=True)
class TlsConfig:
    """Without `insecure_skip_verify` an authority that this machine trusts must have signed the certificate."""

    __pydantic_config__ = _STRICT
    insecure_skip_verify: bool = False


@dataclass(frozen=True, kw_only=True)
class BasicAuth:
    """User and password of a web server."""

    __pydantic_config__ = _STRICT
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class HeaderMatch:
    """A header, and what its value must be like."""

    __pydantic_config__ = _STRICT
    header: str
    regexp: Regexp
    allow_missing: bool = False


@dataclass(frozen=True, kw_only=True)
class HttpModule(Anywhere):
    """prober: http."""

    __pydantic_config__ = _STRICT
    valid_status_codes: tuple[int, ...] = ()
    valid_http_versions: tuple[str, ...] = ()
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: str = ""
    follow_redirects: bool = True
    fail_if_ssl: bool = False
    fail_if_not_ssl: bool = False
    fail_if_body_matches_regexp: tuple[Regexp, ...] = ()
    fail_if_body_not_matches_regexp: tuple[Regexp, ...] = ()
    fail_if_header_matches: tuple[HeaderMatch, ...] = ()
    fail_if_header_not_matches: tuple[HeaderMatch, ...] = ()
    basic_auth: BasicAuth | None = None
    bearer_token: str = field(default="", repr=False)
    tls_config: TlsConfig = TlsConfig()
    enable_http2: bool = True


@dataclass(frozen=True, kw_only=True)
class QueryResponse:
    """One step: wait for a line like `expect`, say `send` (`${1}` is its first group), or go over to TLS."""

    __pydantic_config__ = _STRICT
    expect: Regexp = ""
    send: str = ""
    starttls: bool = False


@dataclass(frozen=True, kw_only=True)
class TcpModule(Anywhere):
    """prober: tcp."""

    __pydantic_config__ = _STRICT
    query_response: tuple[QueryResponse, ...] = ()
    tls: bool = False
    tls_config: TlsConfig = TlsConfig()
    source_ip_address: str = ""


@dataclass(frozen=True, kw_only=True)
class IcmpModule(Anywhere):
    """prober: icmp."""

    __pydantic_config__ = _STRICT


@dataclass(frozen=True, kw_only=True)
class DnsModule(Anywhere):
    """prober: dns; the target is the server that is asked."""

    __pydantic_config__ = _STRICT
    query_name: str
    query_type: RecordType = "ANY"
    transport_protocol: Literal["udp", "tcp"] = "udp"
    dns_over_tls: bool = False
    valid_rcodes: tuple[str, ...] = ("NOERROR",)
    source_ip_address: str = ""


@dataclass(frozen=True, kw_only=True)
class Module:
    """One module. `timeout` None: what the one who asks gives, or what checks have usually."""

    __pydantic_config__ = _STRICT
    prober: Literal["http", "tcp", "icmp", "dns"]
    timeout: PositiveSeconds | None = None
    http: HttpModule = HttpModule()
    tcp: TcpModule = TcpModule()
    icmp: IcmpModule = IcmpModule()
    dns: DnsModule | None = None

    def __post_init__(self) -> None:
        if self.prober == "dns" and self.dns is None:
            raise ValueError("a module with the prober dns needs dns: {query_name: ...}")


@dataclass(frozen=True, kw_only=True)
class ModulesFile:
    """The whole file."""

    __pydantic_config__ = _STRICT
    modules: dict[str, Module]


def read_modules(text: str, source: str) -> dict[str, Module]:
    """The modules of a file with that text. Raises ConfigError with every mistake."""
    return decode_yaml(ModulesFile, read_yaml(text, source)).modules


@cache
def built_in_modules() -> dict[str, Module]:
    """Those that exist without a file."""
    text = resources.files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8")
    return read_modules(text, SHIPPED)
