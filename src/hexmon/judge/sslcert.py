"""The column sslcert: how long the certificates live that a host's TLS tests met (xymonnet(1), hosts.cfg(5))."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from hexmon.judge.texts import date, make_report
from hexmon.judge.view import HTTP, SSLCERT, HostView, Reason, Verdict
from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.model.observation import Certificate

_DAY = 86400


class Limits(msgspec.Struct, frozen=True, gc=False):
    """Days left for yellow and red, and the fewest bits of a cipher (0: any)."""

    warn: int
    alarm: int
    bits: int = 0


def limits_of(view: HostView) -> Limits | None:
    """`ssldays=W:A` and `sslbits=N` of the host; None with `nosslcert`."""
    limits = Limits(view.settings.ssl_warn_days, view.settings.ssl_alarm_days)
    for tag in view.host.tags:
        word = tag.lower()
        if word == "nosslcert":
            return None
        limits = _with_tag(limits, word)
    return limits


def _with_tag(limits: Limits, word: str) -> Limits:
    name, _, value = word.partition("=")
    if name == "ssldays":
        warn, _, alarm = value.partition(":")
        if warn.isdecimal() and alarm.isdecimal():
            return msgspec.structs.replace(limits, warn=int(warn), alarm=int(alarm))
    if name == "sslbits" and value.isdecimal():
        return msgspec.structs.replace(limits, bits=int(value))
    return limits


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
    report = make_report(StatusKey(view.host.name, SSLCERT), color, text, view.settings)
    failed = color >= Color.YELLOW
    return Verdict(report=report, failed=failed, reason=Reason.FAILED if failed else Reason.OK)


def expiry_color(seconds_left: float, limits: Limits) -> Color:
    """Red with fewer than `alarm` whole days left, yellow with fewer than `warn`."""
    days = seconds_left // _DAY
    if days < limits.alarm:
        return Color.RED
    return Color.YELLOW if days < limits.warn else Color.GREEN


def _judge(certificate: Certificate, limits: Limits, now: float) -> tuple[Color, str]:
    left = certificate.not_after - now
    color = expiry_color(left, limits)
    days = int(abs(left) // _DAY)
    end = f"expires in {days} days" if left > 0 else f"expired {days} days ago"
    lines = [f"&{color.word} SSL certificate for {certificate.service} {end}", ""]
    if 0 < certificate.cipher_bits < limits.bits:
        color = Color.RED
        lines += [
            f"&red Minimum available SSL encryption is {certificate.cipher_bits} bits (should be {limits.bits})",
            "",
        ]
    return color, "\n".join([*lines, *_details(certificate)]) + "\n"


def _details(certificate: Certificate) -> list[str]:
    return [
        "Server certificate:",
        f"\tsubject:{certificate.subject}",
        f"\tstart date: {_moment(certificate.not_before)}",
        f"\texpire date:{_moment(certificate.not_after)}",
        f"\tkey size:{certificate.key_bits}",
        f"\tissuer:{certificate.issuer}",
        f"\tsignature algorithm: {certificate.signature}",
        "",
        f"Cipher used: {certificate.cipher} ({certificate.cipher_bits} bits)",
    ]


def _moment(epoch: float) -> str:
    return f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%d %H:%M:%S} GMT"
