"""One HTTP request of a notifier, and what its answer means for the delivery.

Connections stay open between messages, as far as the engine keeps them (CurlEngine's `connections`). What is secret in
a request never reaches an answer's detail.
"""

import base64
import email.utils
import re
from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

import msgspec
import pycurl

from hexmon import __version__
from hexmon.alerts.notify.contract import Channel, NotifyTools, Outcome, Sent, Unsendable
from hexmon.probes.curl_engine import TransferError, prepare_authorities

_USER_AGENT = f"hexmon/{__version__}"
_SHOWN = 200  # characters of it in the detail
_LONGEST_WAIT = 3600.0  # seconds that a server may ask for
_LONGEST_URL = 65_536
_SHARE = 0.9  # of the time limit: an answer that came but does not end is still an answer
_SHORTEST_IN_PATH = 8  # characters of what may be a token
_SHORTEST_IN_QUERY = 4
_TRY_LATER = frozenset({408, 425, 429})
_MOVED_FOR_GOOD = frozenset({301, 308})
_WITH_BODY_AGAIN = frozenset({307, 308})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_AS_THEY_ARE = "%!#$&'()*+,/:;=?@[]~"  # RFC 3986, 2.2, and what is percent-encoded already
_NEVER_SENT = frozenset({pycurl.E_URL_MALFORMAT, pycurl.E_FAILED_INIT})

Good = Callable[[int], bool]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked. `headers` are whole lines; `follow` how many redirects are gone after.

    `ca` is a PEM file of authorities instead of this machine's, `proxy` a URL. `secrets` are texts that must not be
    shown; those in the URL are known anyway.
    """

    url: str
    method: str = "POST"
    headers: tuple[str, ...] = ()
    body: bytes | None = None
    follow: int = 0
    ca: str = ""
    proxy: str = ""
    secrets: tuple[str, ...] = ()
    read: int = 64 * 1024  # bytes of the answer; after more the connection is given up


class Answer(msgspec.Struct, kw_only=True):
    """What came back. `body` is its beginning, `redirect` where it points to."""

    status: int = 0
    retry_after: str = ""
    body: bytes = b""
    redirect: str = ""


def is_success(status: int) -> bool:
    """Any 2xx."""
    return 200 <= status < 300


def basic(username: str, password: str) -> str:
    """The header line of a user and a password (RFC 7617)."""
    word = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
    return f"Authorization: Basic {word}"


def bearer(token: str) -> str:
    """The header line of a token (RFC 6750)."""
    return f"Authorization: Bearer {token}"


async def deliver(request: Request, channel: Channel, tools: NotifyTools, good: Good = is_success) -> Sent:
    """Make the request; how that ended. Raises Unsendable when it cannot be made at all."""
    try:
        answer = await ask(request, tools, channel.timeout)
    except OSError as error:
        return Sent(Outcome.LATER, str(error))
    return judged(answer, request, tools.clock.now(), good)


def judged(answer: Answer, request: Request, now: float, good: Good = is_success) -> Sent:
    """2xx is SENT; 408, 425, 429, 5xx and temporary redirects are LATER; anything else is REFUSED."""
    status = answer.status
    if good(status):
        return Sent(Outcome.SENT, f"HTTP {status}")
    detail = _detail(answer, request)
    if status in _TRY_LATER or status >= 500 or _is_temporary_redirect(status):
        return Sent(Outcome.LATER, detail, _wait(answer, now))
    return Sent(Outcome.REFUSED, detail)


def _is_temporary_redirect(status: int) -> bool:
    """A page of maintenance, a portal that wants a login: it may go away."""
    return 300 <= status < 400 and status not in _MOVED_FOR_GOOD


async def ask(request: Request, tools: NotifyTools, timeout: float) -> Answer:  # noqa: ASYNC109 - libcurl keeps it
    """The answer, of any status. Raises OSError when there is none, Unsendable when nothing can be sent."""
    left = request.follow
    current = request
    while True:
        answer = await _ask_once(current, tools, timeout)
        following = _followed(current, answer) if request.follow else None
        if following is None:
            return answer
        if not left:
            raise OSError(f"more than {request.follow} redirects")
        current = following
        left -= 1


def _followed(request: Request, answer: Answer) -> Request | None:
    """Another server gets neither the headers nor the body; the usual answers turn a POST into a GET (RFC 9110)."""
    if not (answer.redirect and 300 <= answer.status < 400):
        return None
    try:
        there, here = urlsplit(answer.redirect), urlsplit(request.url)
        same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    except ValueError:
        return None
    if there.scheme not in ("http", "https"):
        return None
    with_body = answer.status in _WITH_BODY_AGAIN and request.body is not None
    if with_body and not same:
        return None
    keeps = with_body or request.method == "GET"
    return msgspec.structs.replace(
        request,
        url=answer.redirect,
        method=request.method if keeps else "GET",
        body=request.body if with_body else None,
        headers=request.headers if same else (),
        secrets=(*request.secrets, *_secrets_in(request.url)),
    )


async def _ask_once(request: Request, tools: NotifyTools, timeout: float) -> Answer:  # noqa: ASYNC109
    exchange = _Exchange(request, timeout)
    try:
        await tools.curl.perform(exchange.prepare, exchange.examine)
    except TransferError as error:
        if exchange.answer.status >= 200 and exchange.head_ended:
            return exchange.answer  # how the rest of the answer went wrong does not matter
        text = hidden(str(error), request)
        if error.code in _NEVER_SENT:
            raise Unsendable(text) from None
        raise OSError(text) from None
    return exchange.answer


class _Exchange:
    """One request on its way."""

    def __init__(self, request: Request, timeout: float) -> None:
        self.answer = Answer()
        self.head_ended = False
        self._request = request
        self._timeout = timeout
        self._parts: list[bytes] = []
        self._size = 0

    def prepare(self, handle: pycurl.Curl) -> None:
        """Set up a handle that has no settings. Raises Unsendable."""
        request = self._request
        handle.setopt(pycurl.URL, url_bytes(request.url))
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.USERAGENT, _USER_AGENT)
        handle.setopt(pycurl.TIMEOUT_MS, max(1, int(self._timeout * _SHARE * 1000)))
        handle.setopt(pycurl.HEADERFUNCTION, self._header)
        handle.setopt(pycurl.WRITEFUNCTION, self._write)
        handle.setopt(pycurl.PROXY, request.proxy)
        handle.setopt(pycurl.HTTPHEADER, ["Expect:", *map(_header_line, request.headers)])
        if request.body is not None:
            handle.setopt(pycurl.POSTFIELDS, request.body)
        if request.method != "GET" or request.body is not None:
            handle.setopt(pycurl.CUSTOMREQUEST, request.method)
        if request.url[:6].lower() == "https:":
            self._prepare_tls(handle)

    def _prepare_tls(self, handle: pycurl.Curl) -> None:
        if self._request.ca:
            handle.setopt(pycurl.CAINFO, self._request.ca)
        else:
            prepare_authorities(handle)

    def examine(self, handle: pycurl.Curl) -> None:
        """What the handle knows when it has ended."""
        self.answer.status = handle.getinfo(pycurl.RESPONSE_CODE)
        self.answer.redirect = handle.getinfo(pycurl.REDIRECT_URL) or ""
        self.answer.body = b"".join(self._parts)

    def _header(self, line: bytes) -> None:
        if line.startswith(b"HTTP/"):
            self.answer.retry_after = ""
            self.head_ended = False
        elif not line.strip():
            self.head_ended = True
        elif line[:12].lower() == b"retry-after:":
            self.answer.retry_after = line[12:].strip().decode("latin-1")

    def _write(self, data: bytes) -> int | None:
        self._parts.append(data[: max(0, self._request.read - self._size)])
        self._size += len(data)
        return 0 if self._size > self._request.read else None


def url_bytes(url: str) -> bytes:
    """As it goes to the server: what a URL may not hold is percent-encoded. Raises Unsendable."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unsendable("the URL is not that of a web server")
    except ValueError:
        raise Unsendable("the URL is not that of a web server") from None
    if len(url) > _LONGEST_URL:
        raise Unsendable("the URL is too long")
    return quote(url, safe=_AS_THEY_ARE, errors="replace").encode("ascii")


def _header_line(line: str) -> bytes:
    if _CONTROL.search(line.replace("\t", " ")):
        raise Unsendable("a header holds a control character")
    name, colon, value = line.partition(":")
    if not (colon and name.strip()):
        raise Unsendable("a header is not of the form 'Name: value'")
    return (line if value.strip() else f"{name};").encode("utf-8", "replace")


def _detail(answer: Answer, request: Request) -> str:
    text = answer.body[: 16 * _SHOWN].decode("utf-8", "replace")
    text = " ".join(hidden(text, request).split())
    text = _CONTROL.sub("", text)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    if answer.redirect and 300 <= answer.status < 400:
        return f"HTTP {answer.status}: a redirect that is not followed"
    return f"HTTP {answer.status}: {shown}" if shown else f"HTTP {answer.status}"


def hidden(text: str, request: Request) -> str:
    """The text without what is secret in the request."""
    secrets = {*request.secrets, *_secrets_in(request.url), *_secrets_in(request.proxy)}
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _secrets_in(url: str) -> list[str]:
    """Everything of a URL but its host and what is too short to be one: a token may be anywhere."""
    try:
        parts = urlsplit(url)
        words = [parts.username or "", parts.password or ""]
    except ValueError:
        return [url]
    words += [parts.query, *re.split(r"[&=;]", parts.query)]
    words = [word for word in words if len(word) >= _SHORTEST_IN_QUERY]
    words += [part for part in (parts.path, *re.split(r"[/:]", parts.path)) if len(part) >= _SHORTEST_IN_PATH]
    return [*words, *map(unquote, words), *map(quote, words)]


def _wait(answer: Answer, now: float) -> float | None:
    """Seconds that the server asks to wait, within bounds: in the header, or as chat services say it in the body."""
    text = answer.retry_after
    seconds = _seconds_of(text, now) if text else _in_body(answer.body)
    return None if seconds is None else min(max(seconds, 0.0), _LONGEST_WAIT)


def _seconds_of(text: str, now: float) -> float | None:
    """RFC 9110, 10.2.3: a number of seconds, or a date."""
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None


def _in_body(body: bytes) -> float | None:
    """`retry_after` of Discord, the same in `parameters` of Telegram, `retry_after_ms` of Matrix."""
    try:
        found = msgspec.json.decode(body, type=_Limits)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    inner = found.parameters.retry_after if found.parameters else None
    in_milliseconds = None if found.retry_after_ms is None else found.retry_after_ms / 1000
    return next((one for one in (found.retry_after, inner, in_milliseconds) if one is not None), None)


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Limits(msgspec.Struct):
    retry_after: float | None = None
    retry_after_ms: float | None = None
    parameters: _Parameters | None = None
