"""http and https URLs."""

import http.client
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec
import pycurl

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.curl_engine import TransferError
from hexmon.probes.http_certificate import NO_TLS
from hexmon.probes.http_expect import Answer, assess, unanswered
from hexmon.probes.http_options import (
    BODY_LIMIT,
    Expectation,
    HttpOptions,
    Place,
    place_of,
    read_place,
)
from hexmon.probes.http_transfer import Transfer
from hexmon.probes.wire import is_address

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

__all__ = ["BODY_LIMIT", "PROBE", "Expectation", "HttpOptions", "Place", "place_of", "probe"]

_GOOD_REDIRECTS = (302, 303, 307)
_REDIRECTS = (301, 302, 303, 307, 308)
_NO_FAREWELL = "unexpected eof"  # OpenSSL's words for TLS that ends without close_notify (RFC 8446, 6.1)
_TELLS_ITS_END = re.compile(rb"\r\n(?:content-length|transfer-encoding):", re.IGNORECASE)
_STATUS_LINE = re.compile(rb"HTTP/(\d(?:\.\d)?)\S* +(\d{3}) *([^\r\n]*)")
_LOCATION = re.compile(rb"^location:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_LONGEST_LOCATION = 8192
_LONGEST_HEAD = 8192  # of a redirect, to be kept as it is
_SECRET_HEADERS = ("authorization", "cookie")
_SHARE_OF_FIRST = 0.25  # of the timeout, for a connection to the first of two addresses
_NOT_REACHED = "Failed to connect to"  # libcurl, over QUIC
_EMPTY = "Connected, but got empty response"

# libcurl's error codes (libcurl-errors(3)); all others are Outcome.ERROR with "I/O error".
_FAILURES = {
    pycurl.E_URL_MALFORMAT: (Outcome.ERROR, "Invalid URL"),
    pycurl.E_FAILED_INIT: (Outcome.ERROR, "Invalid request"),
    pycurl.E_COULDNT_RESOLVE_HOST: (Outcome.UNRESOLVED, "DNS error"),
    pycurl.E_COULDNT_CONNECT: (Outcome.ERROR, "Connect failed"),
    pycurl.E_OPERATION_TIMEDOUT: (Outcome.TIMEOUT, "Server timeout"),
    pycurl.E_GOT_NOTHING: (Outcome.ERROR, _EMPTY),
    pycurl.E_SSL_CONNECT_ERROR: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CIPHER: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CACERT: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CACERT_BADFILE: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CERTPROBLEM: (Outcome.TLS, "SSL error"),
    pycurl.E_BAD_FUNCTION_ARGUMENT: (Outcome.TLS, "SSL error"),  # the key of a client certificate cannot be opened
    pycurl.E_INTERFACE_FAILED: (Outcome.PREVENTED, "This monitor has no such source address"),
}


class _Failed(Exception):  # noqa: N818 - it says what is so, about the target
    """There is no answer to look at: the outcome, the summary, the detail."""

    def __init__(self, outcome: Outcome, summary: str, detail: str = "") -> None:
        super().__init__(summary)
        self.outcome = outcome
        self.summary = summary
        self.detail = detail


async def probe(target: Target, options: HttpOptions, tools: "Tools") -> Reply:
    """Fetch the URL once.

    Facts: http_status, bytes (of the body), redirects (when they are followed), http_version (when one beyond 1.1 is
    wanted). Evidence: the headers of each redirect that was followed, those of the response, each with an empty line
    behind, and at most 1 MB of body. Phases: resolve, connect, tls, request (until the first byte), transfer.
    """
    trace = target.trace
    if options.expect:
        trace.assertions = unanswered(options.expect)
    try:
        transfer = await _fetch(target, options, tools, place_of(options.url))
        if options.follow:
            transfer = await _follow(transfer, tools)
        outcome, summary = _answered(transfer)
    except _Failed as failure:
        return trace.reply(failure.outcome, failure.summary, failure.detail)
    if options.expect:
        trace.assertions = await assess(options.expect, _answer(transfer))
    return trace.reply(outcome, summary, transfer.note)


async def _fetch(
    target: Target, options: HttpOptions, tools: "Tools", place: Place | None, history: bytes = b""
) -> Transfer:
    if place is None:
        raise _Failed(Outcome.ERROR, "Invalid URL")
    if options.fingerprint and place.scheme != "https":
        raise _Failed(Outcome.TLS, NO_TLS)
    name = _proxy_of(options) if options.proxy else options.connect_to or place.host
    addresses = (name,) if is_address(name) else await _resolved(name, target, tools)
    transfer = Transfer(options, place, addresses[0], target, tools.clock)
    transfer.history = history
    target.trace.address = addresses[0]
    if len(addresses) > 1:
        return await _fetch_either(transfer, addresses[1], tools)
    await _perform(transfer, tools)
    return transfer


async def _perform(transfer: Transfer, tools: "Tools") -> None:
    try:
        await tools.curl.perform(transfer.prepare, transfer.examine, reusable=not transfer.options.cookies)
    except TransferError as error:
        if not (transfer.full or _ended_with_the_stream(error, transfer)):
            raise _failure(error, transfer) from None


async def _fetch_either(first: Transfer, second_address: str, tools: "Tools") -> Transfer:
    """From the preferred address, or from the other one if there is no connection to that soon.

    If there is none to either, what is wrong with the preferred one is what counts.
    """
    target = first.target
    first.patience = target.timeout * _SHARE_OF_FIRST
    target.trace.address = first.address
    try:
        await _perform(first, tools)
    except (OSError, _Failed) as failure:
        if first.connected:
            raise
        second = Transfer(first.options, first.place, second_address, target, tools.clock)
        second.history = first.history
        why = failure.strerror if isinstance(failure, OSError) else failure.summary
        second.note = f"{second_address} answered, not {first.address}: {why}"
        try:
            await _perform(second, tools)
        except (OSError, _Failed):
            if second.connected:
                target.trace.address = second_address
                raise
            raise failure from None
        target.trace.address = second_address
        return second
    return first


async def _resolved(name: str, target: Target, tools: "Tools") -> tuple[str, ...]:
    target.trace.begin("resolve")
    addresses = await tools.resolver.resolve_all(name)
    target.trace.end()
    return addresses


def _proxy_of(options: HttpOptions) -> str:
    place = place_of(options.proxy)
    if place is None or place.scheme != "http":
        raise _Failed(Outcome.ERROR, "Invalid URL", "a proxy is written http://HOST:PORT")
    return place.host


async def _follow(transfer: Transfer, tools: "Tools") -> Transfer:
    """Go where the answers say, each time on a connection of its own, at most `follow` times."""
    target = transfer.target
    left = most = transfer.options.follow
    target.trace.facts["redirects"] = 0
    while (url := _redirected_to(transfer)) is not None:
        if not left:
            raise _Failed(Outcome.ERROR, "Too many redirects", f"more than {most}")
        left -= 1
        place = read_place(url)
        if transfer.options.fingerprint and place not in (transfer.place, None):
            raise _Failed(Outcome.TLS, f"redirected to {place}, which is not pinned")
        history = transfer.history + _short_head(transfer.head)
        target.trace.evidence = history
        target.trace.facts = {"redirects": most - left}
        transfer = await _fetch(target, _redirected(transfer, url, place), tools, place, history)
    return transfer


def _short_head(head: bytes) -> bytes:
    """The headers of a redirect, which a server may repeat as often as it is asked."""
    if len(head) <= _LONGEST_HEAD:
        return head
    location = _LOCATION.search(head)
    lines = (head.partition(b"\r\n")[0][:200], location[0] if location else b"", b"", b"")
    return b"\r\n".join(lines)


def _redirected_to(transfer: Transfer) -> str | None:
    """The absolute URL, None when this answer is no redirect; a bad one is refused as such later."""
    match = _STATUS_LINE.match(transfer.head)
    location = _LOCATION.search(transfer.head)
    if match is None or int(match[2]) not in _REDIRECTS or location is None:
        return None
    text = location[1].strip().decode("utf-8", "surrogateescape")
    try:
        return urldefrag(urljoin(transfer.options.url, text))[0] if len(text) <= _LONGEST_LOCATION else ""
    except ValueError:
        return ""


def _redirected(transfer: Transfer, url: str, place: Place | None) -> HttpOptions:
    """Another server gets no credentials, and the usual methods become GET as in browsers (RFC 9110, 15.4)."""
    options = transfer.options
    match = _STATUS_LINE.match(transfer.head)
    status = int(match[2]) if match else 0
    if status == 303 or (status in (301, 302) and options.method == "POST"):
        method = "HEAD" if options.method == "HEAD" else "GET"
        options = msgspec.structs.replace(options, method=method, body=b"")
    if place == transfer.place:
        return msgspec.structs.replace(options, url=_with_userinfo(url, options.url))
    return msgspec.structs.replace(options, url=url, connect_to="", certificate="", headers=_public(options.headers))


def _with_userinfo(url: str, before: str) -> str:
    parts = urlsplit(url)
    userinfo, at, _ = urlsplit(before).netloc.rpartition("@")
    return url if "@" in parts.netloc else parts._replace(netloc=f"{userinfo}{at}{parts.netloc}").geturl()


def _public(headers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in headers if line.partition(":")[0].strip().lower() not in _SECRET_HEADERS)


def _answered(transfer: Transfer) -> tuple[Outcome, str]:
    facts = transfer.target.trace.facts
    match = _STATUS_LINE.match(transfer.head)
    if match is None:
        raise _Failed(Outcome.ERROR, _EMPTY)
    status = int(match[2])
    facts["http_status"] = status
    if transfer.options.version in ("2", "3"):
        facts["http_version"] = float(match[1])
    if 200 <= status < 300 or status in _GOOD_REDIRECTS:
        return Outcome.OK, "OK"
    reason = match[3].decode("latin-1").strip() or http.client.responses.get(status, f"HTTP status {status}")
    return Outcome.UNEXPECTED, reason


def _answer(transfer: Transfer) -> Answer:
    trace = transfer.target.trace
    return Answer(
        status=int(trace.facts["http_status"]),
        head=transfer.head,
        body=b"".join(transfer.body),
        seconds=sum(phase.seconds for phase in trace.phases if phase.name != "resolve"),
        digests=transfer.hashes,
    )


def _ended_with_the_stream(error: TransferError, transfer: Transfer) -> bool:
    """Whether a server over TLS just hung up behind an answer whose end nothing else tells, as many old ones do."""
    if error.code != pycurl.E_RECV_ERROR or _NO_FAREWELL not in str(error) or not transfer.head:
        return False
    return _TELLS_ITS_END.search(transfer.head) is None


def _failure(error: TransferError, transfer: Transfer) -> Exception:
    if transfer.refused:
        return _Failed(Outcome.TLS, transfer.refused)
    if error.code == pycurl.E_COULDNT_CONNECT and transfer.system_error:
        return OSError(transfer.system_error, os.strerror(transfer.system_error))
    if transfer.garbage:
        first = transfer.body[0].partition(b"\n")[0].decode("latin-1").strip()
        # xymonnet shows what such a server says in place of the reason.
        said = first[:80] if first.isprintable() and first else "Not HTTP"
        return _Failed(Outcome.ERROR, said, "this is not HTTP")
    if transfer.proxy_status >= 300:
        return _Failed(Outcome.ERROR, f"Proxy says HTTP status {transfer.proxy_status}", str(error))
    return _Failed(*_meaning(error, transfer), str(error))


def _meaning(error: TransferError, transfer: Transfer) -> tuple[Outcome, str]:
    if error.code in (pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR) and not transfer.headers:
        if transfer.options.version == "3" and str(error).startswith(_NOT_REACHED):
            return Outcome.REFUSED, "Connection refused"  # so ICMP says of a UDP port
        return Outcome.ERROR, _EMPTY
    return _FAILURES.get(error.code, (Outcome.ERROR, "I/O error"))


PROBE = ProbeType(options=HttpOptions, run=probe, own_address=True)
