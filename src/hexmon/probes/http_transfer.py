"""One HTTP request: how libcurl is set up for it (curl_easy_setopt(3)), and what came back."""

import re
import ssl
from functools import cache
from urllib.parse import unquote_to_bytes, urlsplit

import pycurl

from hexmon import __version__
from hexmon.clock import Clock
from hexmon.model.observation import Certificate, Phase
from hexmon.probes.contract import Target
from hexmon.probes.curl_engine import prepare_authorities
from hexmon.probes.http_certificate import CERTIFICATE_MESSAGE, certificates_in, objection
from hexmon.probes.http_expect import hashes_for
from hexmon.probes.http_files import cookies, credentials_in, passphrase_of
from hexmon.probes.http_options import BODY_LIMIT, HttpOptions, Place, without_userinfo
from hexmon.probes.tls import cipher_bits, read_chain

_USER_AGENT = f"hexmon/{__version__}"
_VERSIONS = {
    "": pycurl.CURL_HTTP_VERSION_1_1,
    "1.0": pycurl.CURL_HTTP_VERSION_1_0,
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,  # a fall back to 2 would hide that 3 is broken
}
_TLS = {
    "": pycurl.SSLVERSION_TLSv1_0,
    "1.0": pycurl.SSLVERSION_TLSv1_0 | pycurl.SSLVERSION_MAX_TLSv1_0,
    "1.1": pycurl.SSLVERSION_TLSv1_1 | pycurl.SSLVERSION_MAX_TLSv1_1,
    "1.2": pycurl.SSLVERSION_TLSv1_2 | pycurl.SSLVERSION_MAX_TLSv1_2,
    "1.3": pycurl.SSLVERSION_TLSv1_3 | pycurl.SSLVERSION_MAX_TLSv1_3,
}
_EVERY_CIPHER = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
_TLS13_CIPHERS = {"m": "TLS_AES_128_GCM_SHA256", "h": "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"}
_SUPPRESS_CONNECT_HEADERS = 265  # pycurl has no name for it
# A check wants what the server says now, on a connection of its own.
_HEADERS = ("Cache-Control: no-cache", "Pragma: no-cache")
_WITH_BODY = ("POST", "PUT", "PATCH")
_SESSION = re.compile(rb"SSL connection using (\S+) / (\S+)")
_GARBAGE_KEPT = 1024


def raw(text: str) -> bytes:
    """The library takes no text beyond ASCII; a configuration file may hold any bytes."""
    return text.encode("utf-8", "surrogateescape")


def bracketed(address: str) -> str:
    """As it stands in a URL."""
    return f"[{address}]" if ":" in address else address


class Transfer:
    """One request. `address` is the IP literal of the server or proxy.

    `history` is what is told of the redirects that led here; `patience` seconds are left for the connection, 0 for no
    limit of its own.
    """

    def __init__(self, options: HttpOptions, place: Place, address: str, target: Target, clock: Clock) -> None:
        self.options = options
        self.place = place
        self.address = address
        self.patience = 0.0
        self.connected = False
        self.target = target
        self.clock = clock
        self.history = b""
        self.head = b""
        self.headers: list[bytes] = []
        self.body: list[bytes] = []
        self.size = 0
        self.full = False
        self.garbage = False
        self.note = ""
        self.system_error = 0
        self.proxy_status = 0
        self.shown = b""  # the last Certificate message of the handshake
        self.refused = ""  # why the request was not sent to this certificate
        self.session = ("", 0, "")
        self.hashes = hashes_for(options.expect) if options.expect else {}

    def prepare(self, handle: pycurl.Curl) -> None:
        """Set up a handle that has no settings."""
        options = self.options
        handle.setopt(pycurl.URL, raw(options.url.replace(" ", "%20")))
        if options.proxy:
            self._prepare_proxy(handle)
        else:
            handle.setopt(pycurl.CONNECT_TO, [f"::{bracketed(self.address)}:"])
            handle.setopt(pycurl.PROXY, "")
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.FRESH_CONNECT, 1)
        handle.setopt(pycurl.FORBID_REUSE, 1)
        handle.setopt(pycurl.PATH_AS_IS, 1)
        handle.setopt(pycurl.HTTP09_ALLOWED, 1)  # to see what else it is that answers
        handle.setopt(pycurl.HTTP_VERSION, _VERSIONS[options.version])
        handle.setopt(pycurl.USERAGENT, raw(options.user_agent or _USER_AGENT))
        handle.setopt(pycurl.HTTPHEADER, self._request_headers())
        handle.setopt(pycurl.HEADERFUNCTION, self.headers.append)
        handle.setopt(pycurl.WRITEFUNCTION, self._digest if self.hashes else self._keep)
        if options.source:
            handle.setopt(pycurl.INTERFACE, f"host!{options.source}")
        if self.place.scheme == "https":
            self._prepare_tls(handle)
        self._prepare_more(handle)

    def _request_headers(self) -> list[bytes | str]:
        options = self.options
        close = () if options.version in ("2", "3") else ("Connection: close",)
        if not (options.headers or options.body):
            return [*_HEADERS, *close]
        expect = ("Expect:",) if options.body else ()
        return [*_HEADERS, *close, *expect, *map(_header_line, options.headers)]

    def _prepare_more(self, handle: pycurl.Curl) -> None:
        """What few checks want."""
        options = self.options
        if options.method != "GET" or options.body:
            self._prepare_method(handle)
        if options.netrc and "@" not in urlsplit(options.url).netloc:
            self._prepare_credentials(handle)
        if options.cookies:
            handle.setopt(pycurl.COOKIEFILE, "")
            for line in cookies.lines(options.cookies, self.place.host):
                handle.setopt(pycurl.COOKIELIST, line)
        if self.patience:
            handle.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(self.patience * 1000)))
        if "#" in options.url:
            handle.setopt(pycurl.REQUEST_TARGET, raw(self._request_target()))

    def _prepare_method(self, handle: pycurl.Curl) -> None:
        method = self.options.method
        if method == "HEAD":
            handle.setopt(pycurl.NOBODY, 1)
            return
        if self.options.body or method in _WITH_BODY:
            handle.setopt(pycurl.POSTFIELDS, self.options.body)
        handle.setopt(pycurl.CUSTOMREQUEST, method)

    def _prepare_credentials(self, handle: pycurl.Curl) -> None:
        known = credentials_in(self.options.netrc)
        self.note = known.problem or self.note
        found = known.of(self.place.host)
        if found is not None:
            handle.setopt(pycurl.USERNAME, raw(found[0]))
            handle.setopt(pycurl.PASSWORD, raw(found[1]))

    def _request_target(self) -> str:
        """The path with its `#fragment`, which servers of their own kind may want to see."""
        parts = urlsplit(self.options.url.replace(" ", "%20"))
        target = parts._replace(scheme="", netloc="", path=parts.path or "/").geturl()
        plain_proxy = self.options.proxy and self.place.scheme == "http" and not self.options.connect_to
        return f"http://{parts.netloc.rpartition('@')[2]}{target}" if plain_proxy else target

    def _prepare_proxy(self, handle: pycurl.Curl) -> None:
        """The proxy is asked by name for the page, or for a tunnel to the address that the options give."""
        parts = urlsplit(self.options.proxy)
        handle.setopt(pycurl.PROXY, f"http://{bracketed(self.address)}:{parts.port or 80}")
        if parts.username is not None:
            handle.setopt(pycurl.PROXYUSERNAME, unquote_to_bytes(raw(parts.username)))
            handle.setopt(pycurl.PROXYPASSWORD, unquote_to_bytes(raw(parts.password or "")))
        handle.setopt(_SUPPRESS_CONNECT_HEADERS, 1)
        if self.options.connect_to:
            handle.setopt(pycurl.CONNECT_TO, [f"::{bracketed(self.options.connect_to)}:"])

    def _prepare_tls(self, handle: pycurl.Curl) -> None:
        options = self.options
        verify = int(options.verify)
        handle.setopt(pycurl.SSL_VERIFYPEER, verify)
        handle.setopt(pycurl.SSL_VERIFYHOST, 2 * verify)
        handle.setopt(pycurl.SSLVERSION, _TLS[options.tls])
        handle.setopt(pycurl.SSL_CIPHER_LIST, _ciphers(options.ciphers) if options.ciphers else _EVERY_CIPHER)
        handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)  # a resumed session shows no certificate
        handle.setopt(pycurl.OPT_CERTINFO, 1)
        handle.setopt(pycurl.VERBOSE, 1)
        handle.setopt(pycurl.DEBUGFUNCTION, self._note)
        if options.fingerprint or options.check_expiry:
            handle.setopt(pycurl.PREREQFUNCTION, lambda *_: self._admit(handle))
        if options.ciphers:
            handle.setopt(pycurl.TLS13_CIPHERS, _TLS13_CIPHERS[options.ciphers])
        if verify:
            prepare_authorities(handle)
        if options.certificate:
            handle.setopt(pycurl.SSLCERT, raw(options.certificate))
            handle.setopt(pycurl.SSLKEY, raw(options.certificate))
            # Without any, OpenSSL would ask on the terminal for that of an encrypted key.
            handle.setopt(pycurl.KEYPASSWD, passphrase_of(options.certificate))
        if not options.sni:
            self._prepare_without_name(handle)

    def _prepare_without_name(self, handle: pycurl.Curl) -> None:
        """SNI is never sent for an address, so the address goes into the URL and the name into the Host header."""
        parts = urlsplit(self.options.url)
        userinfo, at, host = parts.netloc.rpartition("@")
        address = self.options.connect_to or (self.place.host if self.options.proxy else self.address)
        url = parts._replace(netloc=f"{userinfo}{at}{bracketed(address)}:{self.place.port}").geturl()
        handle.setopt(pycurl.URL, raw(url.replace(" ", "%20")))
        handle.setopt(pycurl.HTTPHEADER, [f"Host: {host}", *self._request_headers()])

    def _keep(self, data: bytes) -> int | None:
        if not self.headers:
            return self._refuse(data)
        room = BODY_LIMIT - self.size
        self.body.append(data[:room])
        self.size += min(len(data), room)
        self.full = len(data) > room
        return 0 if self.full else None

    def _digest(self, data: bytes) -> int | None:
        """A digest is that of the whole body, however much of it is kept."""
        for one in self.hashes.values():
            one.update(data)
        refused = self._keep(data)
        return None if self.full else refused

    def _refuse(self, data: bytes) -> int:
        """What comes without a status line is not HTTP: a little of it says what it is."""
        self.garbage = True
        self.body.append(data[:_GARBAGE_KEPT])
        return 0

    def _note(self, kind: int, text: bytes) -> None:
        """The name of the cipher is told only in libcurl's own words."""
        if kind == pycurl.INFOTYPE_SSL_DATA_IN and text[:1] == CERTIFICATE_MESSAGE:
            self.shown = text
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
            self.connected = True
            trace.facts["open"] = 1
            trace.phases.extend(phases)
        if self.place.scheme == "https":
            trace.certificates += self._certificates(_chain(handle))
        if self.options.proxy:
            self.proxy_status = handle.getinfo(pycurl.HTTP_CONNECTCODE)
        if self.options.cookies:
            cookies.learn(self.options.cookies, self.place.host, handle.getinfo_raw(pycurl.INFO_COOKIELIST))
        self.head = _last_head(self.headers)
        if self.head or self.garbage or self.history:
            trace.evidence = self.history + self.head + b"".join(self.body)
            trace.facts["bytes"] = self.size

    def _admit(self, handle: pycurl.Curl) -> int:
        """Called when the connection stands, before the request: the certificate is that of this very connection."""
        try:
            fields = handle.getinfo(pycurl.INFO_CERTINFO)
            chain = [value.encode() for one in fields for name, value in one if name == "Cert"]
        except (UnicodeDecodeError, pycurl.error):
            # A name in another alphabet, or a pycurl that does not tell before the end, as none tells the raw fields.
            chain = certificates_in(self.shown)
        found = next(iter(self._certificates(chain)), None)
        self.refused = objection(self.options, chain, found, self.clock.now())
        return pycurl.PREREQFUNC_ABORT if self.refused else pycurl.PREREQFUNC_OK

    def _certificates(self, chain: list[bytes]) -> tuple[Certificate, ...]:
        if not chain:
            return ()
        service = without_userinfo(self.options.url)
        found = read_chain(chain, service, self.session, self.place.host, self.clock.now())
        return () if found is None else (found,)


def _chain(handle: pycurl.Curl) -> list[bytes]:
    """What the server sent, as PEM, its own first. The other fields may be no UTF-8."""
    shown = handle.getinfo_raw(pycurl.INFO_CERTINFO)
    return [value for one in shown for name, value in one if name == b"Cert"]


def _header_line(line: str) -> bytes:
    """As written, also with an empty value, which libcurl spells with a semicolon."""
    name, colon, value = line.partition(":")
    return raw(f"{name};" if colon and not value.strip() else line)


@cache
def _ciphers(strength: str) -> str:
    """OpenSSL's names of those with 128 bits ("m") or more ("h"), up to TLS 1.2."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers(_EVERY_CIPHER)
    bits = [(str(one["name"]), int(one["strength_bits"])) for one in context.get_ciphers()]
    names = [name for name, number in bits if (number == 128 if strength == "m" else number > 128)]
    return ":".join([*(name for name in names if not name.startswith("TLS_")), "@SECLEVEL=0"])


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
    return head.partition(b"\r\n\r\n")[0].rstrip(b"\r\n") + b"\r\n\r\n" if head else b""
