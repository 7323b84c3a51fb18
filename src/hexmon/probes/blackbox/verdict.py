"""Whether a probe was a success by its module, and why not."""

import re

import msgspec

from hexmon.model.observation import Observation, Outcome
from hexmon.probes.blackbox.modules import DnsModule, HeaderMatch, HttpModule, Module
from hexmon.probes.regexps import compile_regexp

_GOOD_STATUS = range(200, 300)
_HEADER = re.compile(rb"([^\r\n:]+):[ \t]*([^\r\n]*)")
_VERSION = re.compile(rb"HTTP/(\d(?:\.\d)?)")
_ANSWERED = frozenset({Outcome.OK, Outcome.ERROR})
_NOT_ASKED = "Server unavailable"
_RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


class Verdict(msgspec.Struct, frozen=True):
    """`regex` says whether an expression decided, None where there are none."""

    success: bool
    why: str = ""
    regex: bool | None = None


class Answer(msgspec.Struct, frozen=True):
    """The last answer of a web server: its headers and its body, taken out of the evidence."""

    head: bytes
    body: bytes

    @property
    def version(self) -> float:
        """1.1, 2.0; 0 when it is none."""
        match = _VERSION.match(self.head)
        return float(match[1]) if match else 0.0

    def values(self, name: str) -> list[bytes]:
        """Those of all headers of that name."""
        wanted = name.lower().encode()
        return [value.strip() for found, value in _HEADER.findall(self.head) if found.strip().lower() == wanted]


def answer_of(observation: Observation) -> Answer:
    """Empty without one."""
    evidence = observation.reply.evidence
    size = int(observation.reply.facts.get("bytes", 0))
    heads = evidence[: len(evidence) - size].rstrip(b"\r\n")
    last = heads.rpartition(b"\r\n\r\nHTTP/")
    return Answer(b"HTTP/" + last[2] if last[1] else heads, evidence[len(evidence) - size :])


def verdict_on(observation: Observation, module: Module) -> Verdict:
    """What blackbox_exporter's `probe_success` says."""
    if module.prober == "http":
        return _http(observation, module.http)
    if module.prober == "dns" and module.dns is not None:
        return _dns(observation, module.dns)
    reply = observation.reply
    regex = bool(reply.facts.get("regex_failed", 0)) if module.prober == "tcp" else None
    return Verdict(reply.outcome is Outcome.OK, "" if reply.outcome is Outcome.OK else _words(observation), regex)


def _words(observation: Observation) -> str:
    reply = observation.reply
    return f"{reply.summary}: {reply.detail}" if reply.detail else reply.summary


def _http(observation: Observation, module: HttpModule) -> Verdict:
    status = observation.reply.facts.get("http_status")
    if status is None:
        return Verdict(False, _words(observation), False)
    answer = answer_of(observation)
    why = _by_exchange(int(status), answer, module) or _by_encryption(observation, module)
    if why:
        return Verdict(False, why, False)
    why = _by_body(answer, module) or _by_headers(answer, module)
    return Verdict(not why, why, bool(why))


def _by_exchange(status: int, answer: Answer, module: HttpModule) -> str:
    good = status in module.valid_status_codes if module.valid_status_codes else status in _GOOD_STATUS
    if not good:
        return f"HTTP status {status}"
    version = answer.head.partition(b" ")[0].decode("latin-1")
    return f"HTTP version {version}" if module.valid_http_versions and version not in _spelled(module) else ""


def _by_encryption(observation: Observation, module: HttpModule) -> str:
    encrypted = bool(observation.reply.certificates)
    if module.fail_if_ssl and encrypted:
        return "the answer came over TLS"
    return "the answer did not come over TLS" if module.fail_if_not_ssl and not encrypted else ""


def _spelled(module: HttpModule) -> set[str]:
    """As libcurl spells them, too: HTTP/2 where Go writes HTTP/2.0."""
    return {word for one in module.valid_http_versions for word in (one, one.removesuffix(".0"))}


def _by_body(answer: Answer, module: HttpModule) -> str:
    for text in module.fail_if_body_matches_regexp:
        if compile_regexp(text).search(answer.body):
            return f"the body matches '{text}'"
    for text in module.fail_if_body_not_matches_regexp:
        if not compile_regexp(text).search(answer.body):
            return f"the body does not match '{text}'"
    return ""


def _by_headers(answer: Answer, module: HttpModule) -> str:
    for one in module.fail_if_header_matches:
        if _header(answer, one, missing=not one.allow_missing):
            return f"the header {one.header} matches '{one.regexp}'"
    for one in module.fail_if_header_not_matches:
        if not _header(answer, one, missing=one.allow_missing):
            return f"the header {one.header} does not match '{one.regexp}'"
    return ""


def _header(answer: Answer, wanted: HeaderMatch, *, missing: bool) -> bool:
    """Whether any value of that header matches; `missing` is the answer when there is none.

    As with the exporter a header that is missing is a failure, unless it may be missing.
    """
    values = answer.values(wanted.header)
    if not values:
        return missing
    return any(compile_regexp(wanted.regexp).search(value) for value in values)


def _dns(observation: Observation, module: DnsModule) -> Verdict:
    reply = observation.reply
    if reply.outcome not in _ANSWERED or reply.summary == _NOT_ASKED:
        return Verdict(False, _words(observation))
    code = _RCODES.get(int(reply.facts.get("rcode", 0)), "")
    wanted = module.valid_rcodes or ("NOERROR",)
    return Verdict(code in wanted, "" if code in wanted else f"rcode {code or reply.summary}")
