"""What is probed for one question of Prometheus: a module and a target make a check."""

import base64
from urllib.parse import urlsplit

from hexmon.model.names import StatusKey
from hexmon.model.observation import Check
from hexmon.probes.blackbox.modules import DnsModule, HttpModule, Module, TcpModule
from hexmon.probes.dialogue import DialogueOptions, Step
from hexmon.probes.dns import DnsOptions, Lookup
from hexmon.probes.dns_message import record_type
from hexmon.probes.http_options import HttpOptions, read_place
from hexmon.probes.icmp import IcmpOptions
from hexmon.probes.wire import is_address

_REDIRECTS = 10
_LONGEST = 2048
_MOST_PORT = 65535


class BadTarget(ValueError):  # noqa: N818 - it says what is so, about the question
    """The target cannot be probed by that module; the text says why."""


def check_of(name: str, module: Module, target: str, timeout: float) -> Check:
    """The check of one question. Raises BadTarget."""
    if not target or len(target) > _LONGEST or not target.isprintable() or " " in target:
        raise BadTarget("target: a host, HOST:PORT or a URL is needed")
    if module.prober == "http":
        return _http(name, module.http, target, timeout)
    if module.prober == "tcp":
        return _tcp(name, module.tcp, target, timeout)
    if module.prober == "dns" and module.dns is not None:
        return _dns(name, module.dns, target, timeout)
    host = _host(target)
    return _check(name, host, "icmp", IcmpOptions(limit=timeout), timeout)


def _check(name: str, host: str, probe: str, options: object, timeout: float) -> Check:
    return Check(key=StatusKey(host, name), probe=probe, address=host, options=options, timeout=timeout, dns=True)


def _host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if not host or "/" in host or (":" in host and not is_address(host)):
        raise BadTarget(f"target: '{text}' is no host")
    return host


def _host_and_port(text: str, usual: int = 0) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or is_address(text) or text.endswith("]"):
        if not usual:
            raise BadTarget(f"target: '{text}' has no port: write HOST:PORT")
        return _host(text), usual
    if (
        not port.isascii()
        or not port.isdecimal()
        or len(port) > len(str(_MOST_PORT))
        or not 0 < int(port) <= _MOST_PORT
    ):
        raise BadTarget(f"target: '{port}' is no port")
    return _host(host), int(port)


def _http(name: str, module: HttpModule, target: str, timeout: float) -> Check:
    url = target if "://" in target else f"http://{target}"
    place = read_place(url)
    if place is None:
        raise BadTarget(f"target: '{target}' is no URL of a web server")
    options = HttpOptions(
        url=url,
        method=module.method,
        body=module.body.encode(),
        headers=tuple(_headers(module, urlsplit(url).netloc)),
        follow=_REDIRECTS if module.follow_redirects else 0,
        verify=not module.tls_config.insecure_skip_verify,
        version="2" if module.enable_http2 and place.scheme == "https" else "",
    )
    return Check(key=StatusKey(place.host, name), probe="http", address="", options=options, timeout=timeout)


def _headers(module: HttpModule, place: str) -> list[str]:
    lines = [f"{name}: {value}" for name, value in module.headers.items()]
    if module.basic_auth is not None and "@" not in place:
        user = f"{module.basic_auth.username}:{module.basic_auth.password}"
        lines.append(f"Authorization: Basic {base64.b64encode(user.encode()).decode()}")
    if module.bearer_token:
        lines.append(f"Authorization: Bearer {module.bearer_token}")
    return lines


def _tcp(name: str, module: TcpModule, target: str, timeout: float) -> Check:
    host, port = _host_and_port(target)
    options = DialogueOptions(
        port=port,
        steps=tuple(Step(expect=one.expect, send=one.send, starttls=one.starttls) for one in module.query_response),
        tls=module.tls,
        verify=not module.tls_config.insecure_skip_verify,
        source=module.source_ip_address,
    )
    return _check(name, host, "dialogue", options, timeout)


def _dns(name: str, module: DnsModule, target: str, timeout: float) -> Check:
    host, port = _host_and_port(target, 853 if module.dns_over_tls else 53)
    transport = "tls" if module.dns_over_tls else module.transport_protocol
    kind = record_type(module.query_type)
    assert kind is not None  # noqa: S101 - the reader of the file has looked
    options = DnsOptions(
        lookups=(Lookup(type=kind, name=module.query_name),),
        transport=transport,
        port=port,
        source=module.source_ip_address,
    )
    return _check(name, host, "dns", options, timeout)
