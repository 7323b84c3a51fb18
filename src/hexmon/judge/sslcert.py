"""The column sslcert: how long the certificates live that a host's TLS tests met (xymonnet(1), hosts.cfg(5))."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from html import escape

import msgspec

from hexmon.judge.page_text import without_credentials
from hexmon.judge.texts import date, make_report
from hexmon.judge.view import HTTP, HostView, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Certificate, ChainLink

_DAY = 86400
_MOST_DIGITS = 9


class Limits(msgspec.Struct, frozen=True, gc=False):
    """Days left for yellow and red, and the fewest bits of a cipher and of a certificate's key (0: any)."""

    warn: int
    alarm: int
    bits: int = 0
    key_bits: int = 0


def limits_of(view: HostView) -> Limits | None:
    """`ssldays=W:A` and `sslbits=N` of the host or of everybody; None where nobody wants to know."""
    settings, items = view.settings, view.host.items
    if not settings.ssl_column or "FLAG_NOSSLCERT" in items:
        return None
    warn, _, alarm = items.get("SSLDAYS", "").partition(":")
    own = _is_number(warn) and _is_number(alarm)
    bits = items.get("SSLMINBITS", "")
    return Limits(
        warn=int(warn) if own else settings.ssl_warn_days,
        alarm=int(alarm) if own else settings.ssl_alarm_days,
        bits=int(bits) if _is_number(bits) else settings.ssl_bits,
        key_bits=settings.ssl_key_bits,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def certificates(view: HostView) -> Iterator[Certificate]:
    """The certificates met last: those of the URLs first, the last tag first, then the other services."""
    tests = dict.fromkeys(check.key.test for check in view.host.checks)
    web = view.observations(HTTP)[::-1]
    others = [one for test in tests if test != HTTP for one in view.observations(test)]
    for observation in [*web, *others]:
        yield from observation.reply.certificates


def judge_sslcert(view: HostView, now: float) -> Verdict | None:
    """The square sslcert; None when no certificate was seen or nobody wants to know."""
    limits = limits_of(view)
    if limits is None:
        return None
    judged = [_judge(certificate, limits, now) for certificate in certificates(view)]
    if not judged:
        return None
    color = max(one for one, _ in judged)
    text = f"{date(now, view.settings.zone)}\n\n" + "\n".join(text for _, text in judged)
    report = make_report(StatusKey(view.host.name, view.settings.ssl_column), color, text, view.settings)
    failed = color >= Color.YELLOW
    return Verdict(report=report, failed=failed, reason=Reason.FAILED if failed else Reason.OK)


def expiry_color(seconds_left: float, limits: Limits) -> Color:
    """Red with fewer than `alarm` whole days left, yellow with fewer than `warn`."""
    days = seconds_left // _DAY
    if days < limits.alarm:
        return Color.RED
    return Color.YELLOW if days < limits.warn else Color.GREEN


def _judge(certificate: Certificate, limits: Limits, now: float) -> tuple[Color, str]:
    """The colour of one certificate and what is told of it: all that is judged first, then what it is."""
    service = escape(without_credentials(certificate.service), quote=False)
    first = _end(f"SSL certificate for {service}", certificate.not_after, limits, now)
    strength = list(_strength(certificate, limits))
    above = list(_above(certificate, limits, now))
    lines = [_line(first), ""]
    for judged in (strength, above):
        lines += [*map(_line, judged), ""] if judged else []
    color = max(color for color, _ in (first, *strength, *above))
    return color, "\n".join([*lines, _details(certificate)]) + "\n"


def _line(judged: tuple[Color, str]) -> str:
    return f"&{judged[0].word} {judged[1]}"


def _end(what: str, not_after: float, limits: Limits, now: float) -> tuple[Color, str]:
    left = not_after - now
    days = int(abs(left) // _DAY)
    return expiry_color(
        left, limits
    ), f"{what} expires in {days} days" if left > 0 else f"{what} expired {days} days ago"


def _strength(certificate: Certificate, limits: Limits) -> Iterator[tuple[Color, str]]:
    if 0 < certificate.cipher_bits < limits.bits:
        yield (
            Color.RED,
            f"Minimum available SSL encryption is {certificate.cipher_bits} bits (should be {limits.bits})",
        )
    if 0 < certificate.key_bits < limits.key_bits:
        yield Color.YELLOW, f"Certificate public key size is less than {limits.key_bits} bits"


def _above(certificate: Certificate, limits: Limits, now: float) -> Iterator[tuple[Color, str]]:
    """What ends before the certificate itself and breaks it: other certificates that were sent, and the way up.

    What the way to the authority does not need may end: it was sent for others.
    """
    path_end = certificate.path_not_after
    earlier = [link for link in certificate.chain if link.not_after < certificate.not_after]
    needed = [link for link in earlier if link.not_after >= path_end] if path_end else earlier
    for link in needed:
        yield _end(f"The certificate {_subject(link)} above it", link.not_after, limits, now)
    ends = [certificate.not_after, *(link.not_after for link in needed)]
    if path_end and path_end < min(ends):
        yield _end("The way to its authority", path_end, limits, now)


def _subject(link: ChainLink) -> str:
    return escape(link.subject, quote=False)


@lru_cache(maxsize=4096)
def _details(certificate: Certificate) -> str:
    """What does not change until the certificate does; the same ones come back at every check."""
    lines = [
        "Server certificate:",
        f"\tsubject:{escape(certificate.subject, quote=False)}",
        f"\tstart date: {_moment(certificate.not_before)}",
        f"\texpire date:{_moment(certificate.not_after)}",
        f"\tkey size:{certificate.key_bits}",
        f"\tissuer:{escape(certificate.issuer, quote=False)}",
        f"\tsignature algorithm: {certificate.signature}",
        "",
        f"Cipher used: {certificate.cipher} ({certificate.cipher_bits} bits)",
        *_trust(certificate),
        *_chain(certificate),
    ]
    return "\n".join(lines)


def _trust(certificate: Certificate) -> list[str]:
    if certificate.trusted:
        until = f", until {_moment(certificate.path_not_after)}" if certificate.path_not_after else ""
        return [f"Verified: yes{until}"]
    return [f"Not verified: {escape(certificate.distrust, quote=False)}"] if certificate.distrust else []


def _chain(certificate: Certificate) -> list[str]:
    links = [f"\t{_subject(link)}, until {_moment(link.not_after)}" for link in certificate.chain]
    return ["", "Sent with it:", *links] if links else []


def _moment(epoch: float) -> str:
    try:
        return f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%d %H:%M:%S} GMT"
    except (ValueError, OverflowError, OSError):
        return "?"  # a year that no calendar has
