"""http and https URLs."""

import http.client
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec
import pycurl

from hexmon import __version__
from hexmon.model.observation import Certificate, Outcome, Phase, Reply
from hexmon.probes.contract import ProbeType, Target, Trace
from hexmon.probes.curl_engine import TransferError
from hexmon.probes.tls import cipher_bits, read_certificate
from hexmon.probes.wire import is_address

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

BODY_LIMIT = 1024 * 1024
_USER_AGENT = f"hexmon/{__version__}"
_GOOD_REDIRECTS = (302, 303, 307)
_VERSIONS = {
    "": pycurl.CURL_HTTP_VERSION_1_1,
    "1.0": pycurl.CURL_HTTP_VERSION_1_0,
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2,
    "3": pycurl.CURL_HTTP_VERSION_3,
}
_TLS = {
    "": pycurl.SSLVERSION_TLSv1_0,
    "1.0": pycurl.SSLVERSION_TLSv1_0 | pycurl.SSLVERSION_MAX_TLSv1_0,
    "1.1": pycurl.SSLVERSION_TLSv1_1 | pycurl.SSLVERSION_MAX_TLSv1_1,
    "1.2": pycurl.SSLVERSION_TLSv1_2 | pycurl.SSLVERSION_MAX_TLSv1_2,
    "1.3": pycurl.SSLVERSION_TLSv1_3 | pycurl.SSLVERSION_MAX_TLSv1_3,
}
# A check wants what the server says now, on a connection of its own.
_HEADERS = ("Cache-Control: no-cache", "Pragma: no-cache")
_SESSION = re.compile(rb"SSL connection using (\S+) / (\S+)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_STATUS_LINE = re.compile(rb"HTTP/\S+ +(\d{3}) *([^\r\n]*)")

# libcurl's error codes (libcurl-errors(3)); all others are Outcome.ERROR with "I/O error".
_FAILURES = {
    pycurl.E_URL_MALFORMAT: (Outcome.ERROR, "Invalid URL"),
    pycurl.E_COULDNT_RESOLVE_HOST: (Outcome.UNRESOLVED, "DNS error"),
    pycurl.E_COULDNT_CONNECT: (Outcome.ERROR, "Connect failed"),
    pycurl.E_OPERATION_TIMEDOUT: (Outcome.TIMEOUT, "Server timeout"),
    pycurl.E_GOT_NOTHING: (Outcome.ERROR, "Connected, but got empty response"),
    pycurl.E_SSL_CONNECT_ERROR: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CIPHER: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CACERT: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CACERT_BADFILE: (Outcome.TLS, "SSL error"),
    pycurl.E_SSL_CERTPROBLEM: (Outcome.TLS, "SSL error"),
    pycurl.E_INTERFACE_FAILED: (Outcome.PREVENTED, "This monitor has no such source address"),
}


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer to a request must be like; its text is kept as written, for people.

    `what` and what `wanted` is:

    * "body": a POSIX extended regular expression; "digest": `md5:HEX`; "type": a content type
    * "status": a Perl regular expression of good statuses, `bad` one of bad ones ("" for none)
    * "header": a regular expression for the header `name`; "json": a value for the JSONPath `name`
    * "time": seconds for the whole exchange

    `negate`: it must not be so. `headers`: the pattern is looked for in the headers, too. Not `severe`: only a warning.
    `problem` says why it cannot be looked at (a pattern or a file that is not to be had).
    """

    what: Literal["body", "digest", "type", "status", "header", "json", "time"]
    wanted: str = ""
    bad: str = ""
    name: str = ""
    negate: bool = False
    headers: bool = False
    severe: bool = True
    problem: str = ""


class HttpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a URL is fetched.

    `url` is a plain URL (credentials allowed, no Xymon extras); `connect_to` the IP to use instead of resolving its
    host; `version` the highest HTTP version, "" for 1.1; `tls` the only TLS version, "" for any; `headers` whole
    lines to add; `source` the local address to come from. `verify` turns a certificate that browsers refuse into an
    error; without it only its dates are reported.

    `ciphers` offers only those of that strength: "m" 128 bits, "h" more. `proxy` is a URL with credentials.
    `certificate` is the PEM file of a client certificate with its key, its passphrase in the file of that name ending
    in `.pass`. `netrc` and `cookies` are files. `follow` is how many redirects are followed; `expect` what the answer
    must be like.
    """

    url: str
    connect_to: str = ""
    version: str = ""  # "1.0", "1.1", "2", "3"
    tls: str = ""  # "1.0", "1.1", "1.2", "1.3"
    method: str = "GET"
    body: bytes = b""
    user_agent: str = ""
    headers: tuple[str, ...] = ()
    sni: bool = True
    verify: bool = False
    source: str = ""
    ciphers: Literal["", "m", "h"] = ""
    proxy: str = ""
    certificate: str = ""
    netrc: str = ""
    cookies: str = ""
    follow: int = 0
    expect: tuple[Expectation, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """What a URL says about where to go; `host` without brackets."""

    scheme: str
    host: str
    port: int


@lru_cache(maxsize=65536)
def place_of(url: str) -> Place | None:
    """None when it is no http or https URL with a host, or holds control characters."""
    if _CONTROLS.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return Place(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80))


async def probe(target: Target, options: HttpOptions, tools: "Tools") -> Reply:
    """Fetch the URL, without following redirects.

    Facts: http_status, bytes (of the body). Evidence: the response's headers, an empty line, at most 1 MB of body.
    Phases: resolve, connect, tls, request (until the first byte), transfer.
    """
    trace = target.trace
    place = place_of(options.url)
    if place is None:
        return trace.reply(Outcome.ERROR, "Invalid URL")
    address = options.connect_to or place.host
    if not is_address(address):
        trace.begin("resolve")
        address = await tools.resolver.resolve(address)
        trace.end()
    transfer = _Transfer(options, place, address, target)
    try:
        await tools.curl.perform(transfer.prepare, transfer.examine)
    except TransferError as error:
        if not transfer.full:
            return _failed(error, transfer, trace)
    return _answered(trace)


def _raw(text: str) -> bytes:
    """The library takes no text beyond ASCII; a configuration file may hold any bytes."""
    return text.encode("utf-8", "surrogateescape")


class _Transfer:
    """One request: how libcurl is set up for it, and what came back."""

    def __init__(self, options: HttpOptions, place: Place, address: str, target: Target) -> None:
        self.options = options
        self.place = place
        self.address = address
        self.target = target
        self.headers: list[bytes] = []
        self.body: list[bytes] = []
        self.size = 0
        self.full = False
        self.system_error = 0
        self.session = ("", 0, "")

    def prepare(self, handle: pycurl.Curl) -> None:
        options = self.options
        address = f"[{self.address}]" if ":" in self.address else self.address
        handle.setopt(pycurl.URL, _raw(options.url.replace(" ", "%20")))
        handle.setopt(pycurl.CONNECT_TO, [f"::{address}:"])
        handle.setopt(pycurl.PROXY, "")
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.FRESH_CONNECT, 1)
        handle.setopt(pycurl.FORBID_REUSE, 1)
        handle.setopt(pycurl.PATH_AS_IS, 1)
        handle.setopt(pycurl.HTTP_VERSION, _VERSIONS[options.version])
        handle.setopt(pycurl.USERAGENT, _raw(options.user_agent or _USER_AGENT))
        close = () if options.version in ("2", "3") else ("Connection: close",)
        handle.setopt(pycurl.HTTPHEADER, [*_HEADERS, *close, *map(_raw, options.headers)])
        handle.setopt(pycurl.HEADERFUNCTION, self.headers.append)
        handle.setopt(pycurl.WRITEFUNCTION, self._keep)
        if options.source:
            handle.setopt(pycurl.INTERFACE, f"host!{options.source}")
        if options.method != "GET":
            self._prepare_method(handle)
        if self.place.scheme == "https":
            self._prepare_tls(handle)

    def _prepare_method(self, handle: pycurl.Curl) -> None:
        if self.options.method == "HEAD":
            handle.setopt(pycurl.NOBODY, 1)
            return
        handle.setopt(pycurl.POSTFIELDS, self.options.body)
        handle.setopt(pycurl.CUSTOMREQUEST, self.options.method)

    def _prepare_tls(self, handle: pycurl.Curl) -> None:
        verify = int(self.options.verify)
        handle.setopt(pycurl.SSL_VERIFYPEER, verify)
        handle.setopt(pycurl.SSL_VERIFYHOST, 2 * verify)
        handle.setopt(pycurl.SSLVERSION, _TLS[self.options.tls])
        handle.setopt(pycurl.SSL_CIPHER_LIST, "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)  # a resumed session shows no certificate
        handle.setopt(pycurl.OPT_CERTINFO, 1)
        handle.setopt(pycurl.VERBOSE, 1)
        handle.setopt(pycurl.DEBUGFUNCTION, self._note)
        if not self.options.sni:
            self._prepare_without_name(handle)

    def _prepare_without_name(self, handle: pycurl.Curl) -> None:
        """SNI is never sent for an address, so the address goes into the URL and the name into the Host header."""
        parts = urlsplit(self.options.url)
        address = f"[{self.address}]" if ":" in self.address else self.address
        netloc = parts.netloc.rpartition("@")
        host = netloc[2]
        url = parts._replace(netloc=f"{netloc[0]}{netloc[1]}{address}:{self.place.port}").geturl()
        headers = [*_HEADERS, "Connection: close", f"Host: {host}", *self.options.headers]
        handle.setopt(pycurl.URL, _raw(url.replace(" ", "%20")))
        handle.setopt(pycurl.HTTPHEADER, list(map(_raw, headers)))

    def _keep(self, data: bytes) -> int | None:
        room = BODY_LIMIT - self.size
        self.body.append(data[:room])
        self.size += min(len(data), room)
        self.full = len(data) > room
        return 0 if self.full else None

    def _note(self, kind: int, text: bytes) -> None:
        """The name of the cipher is told only in libcurl's own words."""
        if kind == pycurl.INFOTYPE_TEXT and not self.session[0]:
            match = _SESSION.match(text)
            if match is not None:
                cipher = match[2].decode()
                self.session = (cipher, cipher_bits(cipher), match[1].decode())

    def examine(self, handle: pycurl.Curl) -> None:
        """Keep what the handle knows, however the transfer ended."""
        trace = self.target.trace
        self.system_error = handle.getinfo(pycurl.OS_ERRNO)
        phases = _phases(handle)
        if phases:
            trace.facts["open"] = 1
            trace.phases.extend(phases)
        if self.place.scheme == "https":
            trace.certificates = self._certificates(handle)
        head = _last_head(self.headers)
        if head:
            trace.evidence = head + b"".join(self.body)
            trace.facts["bytes"] = self.size

    def _certificates(self, handle: pycurl.Curl) -> tuple[Certificate, ...]:
        chain = handle.getinfo(pycurl.INFO_CERTINFO)
        pem = next((value for name, value in chain[0] if name == "Cert"), "") if chain else ""
        certificate = read_certificate(pem.encode(), self.options.url, self.session) if pem else None
        return () if certificate is None else (certificate,)


def _phases(handle: pycurl.Curl) -> list[Phase]:
    """All times of libcurl count from the start; those of phases that were not reached are 0."""
    connected = handle.getinfo(pycurl.CONNECT_TIME)
    if not connected:
        return []
    phases = [Phase("connect", connected)]
    ready = handle.getinfo(pycurl.APPCONNECT_TIME)
    if ready:
        phases.append(Phase("tls", ready - connected))
    sent = handle.getinfo(pycurl.PRETRANSFER_TIME)
    first = handle.getinfo(pycurl.STARTTRANSFER_TIME)
    if first:
        phases.append(Phase("request", first - sent))
        phases.append(Phase("transfer", handle.getinfo(pycurl.TOTAL_TIME) - first))
    return phases


def _last_head(lines: list[bytes]) -> bytes:
    """The headers of the final response: interim ones (100, 103) come before it, trailers after it."""
    start = 0
    for index, line in enumerate(lines):
        if line.startswith(b"HTTP/"):
            start = index
    head = b"".join(lines[start:])
    return head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if head else b""


def _answered(trace: Trace) -> Reply:
    match = _STATUS_LINE.match(trace.evidence)
    if match is None:
        return trace.reply(Outcome.ERROR, "Connected, but got empty response")
    status = int(match[1])
    trace.facts["http_status"] = status
    if 200 <= status < 300 or status in _GOOD_REDIRECTS:
        return trace.reply(Outcome.OK, "OK")
    reason = match[2].decode("latin-1").strip() or http.client.responses.get(status, f"HTTP status {status}")
    return trace.reply(Outcome.UNEXPECTED, reason)


def _failed(error: TransferError, transfer: _Transfer, trace: Trace) -> Reply:
    if error.code == pycurl.E_COULDNT_CONNECT and transfer.system_error:
        raise OSError(transfer.system_error, os.strerror(transfer.system_error))
    outcome, summary = _FAILURES.get(error.code, (Outcome.ERROR, "I/O error"))
    return trace.reply(outcome, summary, str(error))


PROBE = ProbeType(options=HttpOptions, run=probe, own_address=True)
