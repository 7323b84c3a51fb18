"""An observation in the metrics of blackbox_exporter: the same names, labels and units."""

import email.utils
import ipaddress
from collections.abc import Iterator, Mapping

from hexmon.model.observation import Certificate, Observation, Outcome
from hexmon.model.text import label_value
from hexmon.probes.blackbox.modules import Module
from hexmon.probes.blackbox.verdict import Verdict, answer_of
from hexmon.probes.wire import is_address

_HTTP_PHASES = {"resolve": "resolve", "connect": "connect", "tls": "tls", "request": "processing"}
_HTTP_ORDER = ("connect", "processing", "resolve", "tls", "transfer")
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
_DIGITS = 19
_REDIRECTS = (301, 302, 303, 307, 308)
_BODILESS = (0, 204, 304)
_NEVER = -62135596800.0  # Go's zero time: what the exporter says where no chain was verified
_HELP = {
    "probe_success": "Displays whether or not the probe was a success",
    "probe_duration_seconds": "How long the probe took to complete in seconds",
}


def lines_of(observation: Observation, module: Module, verdict: Verdict) -> str:
    """The answer to Prometheus (exposition format 0.0.4)."""
    lines: list[str] = []
    for name, series in _families(observation, module, verdict):
        if name in _HELP:
            lines.append(f"# HELP {name} {_HELP[name]}")
        lines.append(f"# TYPE {name} gauge")
        lines += [f"{name}{labels} {_number(value)}" for labels, value in series]
    return "\n".join(lines) + "\n"


Family = tuple[str, list[tuple[str, float]]]


def _families(observation: Observation, module: Module, verdict: Verdict) -> Iterator[Family]:
    yield _one("probe_success", float(verdict.success))
    yield _one("probe_duration_seconds", observation.took)
    phases: dict[str, float] = {}
    for phase in observation.reply.phases:  # those of redirects are added up
        phases[phase.name] = phases.get(phase.name, 0.0) + phase.seconds
    yield _one("probe_dns_lookup_time_seconds", phases.get("resolve", 0.0))
    yield from _address(observation.address)
    if verdict.regex is not None:
        yield _one("probe_failed_due_to_regex", float(verdict.regex))
    match module.prober:
        case "http":
            yield from _http(observation, phases)
        case "icmp":
            yield _phased(
                "probe_icmp_duration_seconds",
                {"resolve": "resolve", "rtt": "rtt", "setup": ""},
                _icmp(observation, phases),
            )
        case "dns":
            yield from _dns(observation, phases)
        case _:
            pass
    certificates = observation.reply.certificates
    if certificates:
        yield from _tls(certificates[-1])


def _one(name: str, value: float) -> Family:
    return name, [("", value)]


def _phased(name: str, words: Mapping[str, str], seconds: Mapping[str, float]) -> Family:
    return name, [(f'{{phase="{word}"}}', seconds.get(known, 0.0)) for word, known in words.items()]


def _icmp(observation: Observation, phases: Mapping[str, float]) -> dict[str, float]:
    return {"resolve": phases.get("resolve", 0.0), "rtt": observation.reply.facts.get("rtt_seconds", 0.0)}


def _address(address: str) -> Iterator[Family]:
    if not is_address(address):
        return
    ip = ipaddress.ip_address(address.partition("%")[0])
    yield _one("probe_ip_protocol", ip.version)
    digest = _FNV_OFFSET  # FNV-1a, 32 bits
    for byte in ip.packed:
        digest = ((digest ^ byte) * _FNV_PRIME) & _FNV_MASK
    yield _one("probe_ip_addr_hash", digest)


def _http(observation: Observation, phases: Mapping[str, float]) -> Iterator[Family]:
    facts, answer = observation.reply.facts, answer_of(observation)
    seconds = {_HTTP_PHASES.get(name, name): value for name, value in phases.items()}
    yield _phased("probe_http_duration_seconds", {word: word for word in _HTTP_ORDER}, seconds)
    status = facts.get("http_status", 0)
    yield _one("probe_http_status_code", status)
    stopped = status in _REDIRECTS and "redirects" not in facts  # the exporter counts what it does not follow
    yield _one("probe_http_redirects", facts.get("redirects", int(stopped)))
    yield _one("probe_http_ssl", float(bool(answer.head and observation.reply.certificates)))
    yield _one("probe_http_version", answer.version)
    yield _one("probe_http_uncompressed_body_length", 0 if stopped else len(answer.body))
    lengths = (int(value) for value in answer.values("content-length") if value.isdigit() and len(value) < _DIGITS)
    yield _one("probe_http_content_length", next(lengths, 0 if status in _BODILESS else -1))
    modified = _moment(next(iter(answer.values("last-modified")), b""))
    if modified is not None:
        yield _one("probe_http_last_modified_timestamp_seconds", modified)


def _moment(value: bytes) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(value.decode("ascii")).timestamp()
    except (ValueError, OverflowError):
        return None


def _dns(observation: Observation, phases: Mapping[str, float]) -> Iterator[Family]:
    reply = observation.reply
    words = {"resolve": "resolve", "connect": "connect", "request": "lookup"}
    yield _phased("probe_dns_duration_seconds", words, phases)
    yield _one(
        "probe_dns_query_succeeded", float(reply.outcome in (Outcome.OK, Outcome.ERROR) and "rcode" in reply.facts)
    )
    yield _one("probe_dns_answer_rrs", reply.facts.get("answers", 0))


def _tls(certificate: Certificate) -> Iterator[Family]:
    ends = [certificate.not_after, *(link.not_after for link in certificate.chain)]
    yield _one("probe_ssl_earliest_cert_expiry", min(ends))
    last = certificate.path_not_after if certificate.trusted else _NEVER
    yield _one("probe_ssl_last_chain_expiry_timestamp_seconds", last)
    labels = {
        "fingerprint_sha256": certificate.sha256.replace(":", "").lower(),
        "issuer": certificate.issuer,
        "subject": certificate.subject,
        "subjectalternative": ",".join(certificate.names),
    }
    written = ",".join(f'{name}="{label_value(value)}"' for name, value in labels.items())
    yield "probe_ssl_last_chain_info", [(f"{{{written}}}", 1.0)]
    version = certificate.protocol.replace("TLSv", "TLS ")
    yield "probe_tls_version_info", [(f'{{version="{label_value(version)}"}}', 1.0)]


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
