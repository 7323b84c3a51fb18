"""Whether a server's certificate would be believed: a path to an authority of this machine, for the name asked for.

The path is searched and checked by `cryptography` (RFC 5280); here are the authorities, and the reasons in plain words.
"""

import datetime as dt
import ipaddress
import os
import ssl
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from hexmon.probes.certificates import alternative_names, key_of, load, short_name

NO_AUTHORITIES = "this machine knows no authorities"
_LOOK_AGAIN = 60.0  # seconds between two looks whether the file of authorities has changed
_BELIEVE_DISTRUST = 3600.0  # seconds
_MOST_OF_STORE = 16 * 1024 * 1024  # bytes
_MOST_BITS = 8192  # of a key: checking signatures with larger ones is a burden
_LONGEST_PATH = 10
_NAMES_SHOWN = 3
_PEM_END = b"-----END CERTIFICATE-----"
_PEM_START = b"-----BEGIN CERTIFICATE-----"
_SERVER_USES = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}


class Trust(msgspec.Struct, frozen=True, gc=False):
    """A verdict on a chain: None if there is nothing to judge by. It holds from `since` to `until` (epoch seconds).

    `path_not_after` is the first end on the path that was found, 0 without one.
    """

    trusted: bool | None
    distrust: str = ""
    path_not_after: float = 0.0
    since: float = 0.0
    until: float = 0.0


class Authorities:
    """The authorities of this machine: OpenSSL's file (SSL_CERT_FILE), or its folder when there is no file.

    Read when first needed, and again when the file has changed.
    """

    def __init__(self) -> None:
        self._store: Store | None = None
        self._subjects: dict[x509.Name, x509.Certificate] = {}
        self._looked = float("-inf")
        self._setting: str | None = None
        self._seen: tuple[str, float] = ("", 0.0)
        self.generation = 0

    def look(self, now: float) -> int:
        """Read them if that is due; the number grows when they are others than before."""
        setting = os.environ.get("SSL_CERT_FILE")
        if setting != self._setting or not 0 <= now - self._looked < _LOOK_AGAIN:
            self._setting = setting
            self._looked = now
            place = _place()
            if place != self._seen or not self.generation:
                self._seen = place
                self._read(place[0])
        return self.generation

    def _read(self, place: str) -> None:
        self.generation += 1
        found = {one: None for data in _stored(place) if (one := load(data)) is not None}
        self._subjects = {one.subject: one for one in found}
        self._store = Store(list(found)) if found else None

    @property
    def store(self) -> Store | None:
        """None when there are none."""
        return self._store

    def of_name(self, name: x509.Name) -> x509.Certificate | None:
        """The authority of that name."""
        return self._subjects.get(name)


def _place() -> tuple[str, float]:
    """Where the authorities are and when that changed last."""
    paths = ssl.get_default_verify_paths()
    for place in filter(None, (paths.cafile, paths.capath)):
        try:
            return place, os.stat(place).st_mtime  # noqa: PTH116 - every minute, on the event loop
        except OSError:
            continue
    return "", 0.0


def _stored(place: str) -> Iterator[bytes]:
    """Each certificate of a bundle or of a folder, as PEM; what is beyond a generous size is left."""
    path = Path(place)
    room = _MOST_OF_STORE
    for file in [path] if place and path.is_file() else sorted(path.glob("*.[0-9]")) if place else []:
        try:
            with file.open("rb") as stream:
                text = stream.read(room)
        except OSError:
            continue
        room -= len(text)
        yield from (
            block[start:] + _PEM_END for block in text.split(_PEM_END)[:-1] if (start := block.find(_PEM_START)) >= 0
        )


def _must_sign(_policy: Policy, _certificate: x509.Certificate, extension: x509.ExtensionType | None) -> None:
    if isinstance(extension, x509.KeyUsage) and not extension.key_cert_sign:
        raise ValueError("its issuer may not sign certificates")


def _must_serve(_policy: Policy, _certificate: x509.Certificate, extension: x509.ExtensionType | None) -> None:
    if isinstance(extension, x509.ExtendedKeyUsage) and not _SERVER_USES & set(extension):
        raise ValueError("it is not for servers")


# The rules of RFC 5280 that protect somebody, without those of the web's authorities, which private ones do not keep.
_ANY = Criticality.AGNOSTIC
_OF_AUTHORITIES = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, _ANY, None)
    .may_be_present(x509.KeyUsage, _ANY, _must_sign)
    .may_be_present(x509.ExtendedKeyUsage, _ANY, _must_serve)
)
_OF_SERVERS = (
    ExtensionPolicy.permit_all()
    .require_present(x509.SubjectAlternativeName, _ANY, None)
    .may_be_present(x509.ExtendedKeyUsage, _ANY, _must_serve)
)


def judge_chain(
    leaf: x509.Certificate, others: Sequence[x509.Certificate], host: str, now: float, authorities: Authorities
) -> Trust:
    """Whether a careful client that asks for `host` (a name or an IP literal) would go on, at that time."""
    store = authorities.store
    if store is None:
        return Trust(None, NO_AUTHORITIES, since=now, until=now + _BELIEVE_DISTRUST)
    usable = [one for one in dict.fromkeys(others) if key_of(one)[1] <= _MOST_BITS][:_LONGEST_PATH]
    builder = PolicyBuilder().store(store).time(dt.datetime.fromtimestamp(now, dt.UTC).replace(tzinfo=None))
    builder = builder.extension_policies(ca_policy=_OF_AUTHORITIES, ee_policy=_OF_SERVERS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = builder.build_server_verifier(_subject(host)).verify(leaf, usable)
    except (VerificationError, ValueError) as error:
        reasons = list(_reasons(leaf, usable, host, now, authorities))
        return Trust(False, "; ".join(reasons) or _plain(error), since=now, until=_next_change(leaf, usable, now))
    ends = [one.not_valid_after_utc.timestamp() for one in path]
    since = max(one.not_valid_before_utc.timestamp() for one in path)
    return Trust(True, path_not_after=min(ends), since=since, until=min(ends))


def _subject(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(_ascii(host))


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode()


def _next_change(leaf: x509.Certificate, others: Iterable[x509.Certificate], now: float) -> float:
    """When the verdict may become another without anybody doing anything."""
    moments = [
        moment.timestamp() for one in (leaf, *others) for moment in (one.not_valid_before_utc, one.not_valid_after_utc)
    ]
    return min([now + _BELIEVE_DISTRUST, *(moment for moment in moments if moment >= now)])


def _reasons(
    leaf: x509.Certificate, others: Sequence[x509.Certificate], host: str, now: float, authorities: Authorities
) -> Iterator[str]:
    """All that is wrong and easy to say."""
    if when := _outside(leaf, now):
        yield when
    yield from _wrong_name(leaf, host)
    path = list(_path(leaf, others, authorities))
    for one in path[1:]:
        if when := _outside(one, now):
            yield f"the certificate of its authority '{short_name(one.subject)}' is {when}"
    if authorities.of_name(path[-1].issuer) is None:
        yield _unknown_authority(path)


def _wrong_name(leaf: x509.Certificate, host: str) -> Iterator[str]:
    names = alternative_names(leaf)
    if not names:
        yield "names no host (subjectAltName)"
    elif not any(covers(name, host) for name in names):
        shown = ", ".join(names[:_NAMES_SHOWN])
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        yield f"is for {shown}{more}, not for {host}"


def _unknown_authority(path: Sequence[x509.Certificate]) -> str:
    top = path[-1]
    if top.subject != top.issuer:
        sent = "" if len(path) > 1 else ", or the server does not send the certificates between"
        return f"unknown authority '{short_name(top.issuer)}'{sent}"
    return "self-signed certificate" if len(path) == 1 else f"unknown authority '{short_name(top.subject)}'"


def _outside(certificate: x509.Certificate, now: float) -> str:
    if now > certificate.not_valid_after_utc.timestamp():
        return "expired"
    return "not yet valid" if now < certificate.not_valid_before_utc.timestamp() else ""


def _path(
    leaf: x509.Certificate, others: Sequence[x509.Certificate], authorities: Authorities
) -> Iterator[x509.Certificate]:
    """The way up as far as names show it."""
    by_subject = {one.subject: one for one in reversed(others)}
    seen: set[x509.Name] = set()
    one: x509.Certificate | None = leaf
    while one is not None and one.subject not in seen:
        yield one
        seen.add(one.subject)
        one = authorities.of_name(one.issuer) or by_subject.get(one.issuer)


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name, which may begin with `*.`, is that host's (RFC 6125 6.4.3)."""
    name, host = name.lower().rstrip("."), _comparable(host)
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:] and not host.startswith(".")
    return name == host


def _comparable(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return _ascii(host).lower().rstrip(".")
    except UnicodeError:
        return host.lower()


def _plain(error: Exception) -> str:
    """The verifier's words without its frame."""
    text = str(error).removeprefix("validation failed: ").removeprefix("candidates exhausted: ")
    return f"not acceptable: {text.partition(' (encountered')[0]}"
