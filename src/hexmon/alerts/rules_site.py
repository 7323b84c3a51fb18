"""YAML sites as rules and channels: who is told of their monitors, how often, in APMonitor's sentences. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from hexmon.alerts.paced import NO_REMINDERS, site_pacing
from hexmon.alerts.rules import Criteria, Format, Method, Recipient, Rule
from hexmon.model.color import Color
from hexmon.model.name_filter import Names
from hexmon.model.origin import Origin
from hexmon.model.site import EmailServer, Monitor, OutageEmail, OutageWebhook, Site

_SMTPS = 465


class SiteRules(msgspec.Struct, frozen=True):
    """The rules, and the tables of the channels that they name (alerts/channels.py)."""

    rules: tuple[Rule, ...] = ()
    channels: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)


def rules_of(sites: Iterable[Site]) -> SiteRules:
    """What all sites say, in their order."""
    rules: list[Rule] = []
    channels: dict[str, Mapping[str, Any]] = {}
    for site in sites:
        rules += _rules(site)
        channels |= _channels(site)
    return SiteRules(tuple(rules), channels)


class _Pace(msgspec.Struct, frozen=True):
    """What makes monitors share a rule: a thousand of them have few."""

    notify_every: float
    after_every: int
    email: bool


def _rules(site: Site) -> Iterator[Rule]:
    """One for all monitors that are told of alike. A site's own people are told whatever other rules say."""
    alike: dict[_Pace, list[Monitor]] = {}
    for monitor in site.monitors:
        if monitor.alarms:
            pace = _Pace(monitor.notify_every, monitor.after_every, monitor.email)
            alike.setdefault(pace, []).append(monitor)
    for pace, monitors in alike.items():
        recipients = tuple(_recipients(site, pace))
        if recipients:
            yield _rule(site, monitors, recipients)


def _rule(site: Site, monitors: list[Monitor], recipients: tuple[Recipient, ...]) -> Rule:
    tests = dict.fromkeys(monitor.key.test for monitor in monitors)
    line = monitors[0].origin.line or 0
    return Rule(
        line=line,
        text=f"site {site.name}",
        origin=Origin(site.source, line),
        criteria=Criteria(
            hosts=Names(",".join(monitor.key.host for monitor in monitors), exact=True),
            tests=Names(",".join(tests), exact=True),
            colors=frozenset({Color.RED}),
        ),
        recipients=recipients,
    )


def _recipients(site: Site, pace: _Pace) -> Iterator[Recipient]:
    """First all mails, then all webhooks, in the order of the file."""
    if pace.email and site.email_server is not None:
        for email in site.outage_emails:
            if email.outages or email.recoveries or email.reminders:
                yield _mail(site, email, pace)
    pacing = site_pacing(pace.notify_every, pace.after_every)
    for number, webhook in enumerate(site.outage_webhooks, 1):
        yield Recipient(
            method=Method.CHANNEL,
            channel=_webhook_name(site, number),
            format=Format.SITE,
            pacing=pacing,
            criteria=Criteria(recovered=True, notice=True),
            line=webhook.line,
            text=f"webhook {number} of the site {site.name}",
        )


def _mail(site: Site, email: OutageEmail, pace: _Pace) -> Recipient:
    """Changes of a device count as outages."""
    return Recipient(
        method=Method.CHANNEL,
        channel=_mail_name(site),
        address=email.email,
        format=Format.SITE,
        pacing=site_pacing(pace.notify_every, pace.after_every) if email.reminders else NO_REMINDERS,
        criteria=Criteria(recovered=email.recoveries, notice=email.outages),
        later_only=not email.outages,
        line=email.line,
        text=f"mail {email.email} of the site {site.name}",
    )


def _channels(site: Site) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    if site.email_server is not None and site.outage_emails:
        found[_mail_name(site)] = _mail_table(site.email_server, site.max_try_secs)
    for number, webhook in enumerate(site.outage_webhooks, 1):
        found[_webhook_name(site, number)] = _webhook_table(webhook, site.max_try_secs)
    return found


def _mail_name(site: Site) -> str:
    return f"site.{site.folder}.mail"


def _webhook_name(site: Site, number: int) -> str:
    return f"site.{site.folder}.webhook{number}"


def _mail_table(server: EmailServer, seconds: float) -> Mapping[str, Any]:
    """Port 465 speaks TLS from the start. As in APMonitor there is a login only with both words."""
    host = f"[{server.smtp_host}]" if ":" in server.smtp_host else server.smtp_host
    plain = "starttls" if server.use_tls else "none"
    login = {"username": server.smtp_username, "password": server.smtp_password}
    return {
        "type": "mail",
        "server": f"{host}:{server.smtp_port}",
        "security": "tls" if server.smtp_port == _SMTPS else plain,
        "verify": server.smtp_verify,
        "sender": server.from_address,
        "timeout": seconds,
        **(login if all(login.values()) else {}),
    }


def _webhook_table(webhook: OutageWebhook, seconds: float) -> Mapping[str, Any]:
    return {
        "type": "webhook",
        "url": webhook.endpoint_url,
        "method": webhook.request_method,
        "encoding": webhook.request_encoding,
        "prefix": webhook.request_prefix,
        "suffix": webhook.request_suffix,
        "zone": "",
        "timeout": seconds,
    }
