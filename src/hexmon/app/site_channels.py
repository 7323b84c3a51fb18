"""Where the messages of a site go: its mail server and its webhooks as channels, its addresses as ways to them."""

from collections.abc import Iterator

import msgspec

from hexmon.alerts.notify.contract import Channel
from hexmon.alerts.notify.mail import MailOptions
from hexmon.alerts.notify.webhook import WebhookOptions
from hexmon.alerts.site_pass import wanting
from hexmon.model.incident import Kind, Way
from hexmon.model.site import EmailServer, Monitor, OutageWebhook, Site

_FORM = "SITE"
_SMTPS = 465


class Recipient(msgspec.Struct, frozen=True):
    """Where one message goes; `label` is how it is called to people, without anything secret."""

    channel: Channel
    way: Way
    label: str


class SiteChannels:
    """The recipients of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._mail = None if site.email_server is None else _mail(site, site.email_server)
        self._webhooks = [_webhook(site, number, one) for number, one in enumerate(site.outage_webhooks, 1)]

    def recipients(self, monitor: Monitor, kind: Kind) -> list[Recipient]:
        """Who wants to hear that of the monitor."""
        return [*self._to(one.email for one in wanting(self._site, monitor, kind)), *self.webhooks()]

    def addresses(self) -> list[Recipient]:
        """Every address."""
        return list(self._to(one.email for one in self._site.outage_emails))

    def webhooks(self) -> list[Recipient]:
        """Every webhook."""
        return [
            Recipient(channel, Way(method="CHANNEL", channel=channel.name, format=_FORM), channel.name)
            for channel in self._webhooks
        ]

    def _to(self, emails: Iterator[str]) -> Iterator[Recipient]:
        if self._mail is not None:
            for email in emails:
                way = Way(method="MAIL", channel=self._mail.name, address=email, format=_FORM)
                yield Recipient(self._mail, way, email)


def _mail(site: Site, server: EmailServer) -> Channel:
    security = "tls" if server.smtp_port == _SMTPS else "starttls" if server.use_tls else "none"
    host = f"[{server.smtp_host}]" if ":" in server.smtp_host else server.smtp_host
    login = bool(server.smtp_username and server.smtp_password)
    options = MailOptions(
        server=f"{host}:{server.smtp_port}",
        security=security,  # type: ignore[arg-type]
        verify=server.smtp_verify,
        username=server.smtp_username if login else "",
        password=server.smtp_password if login else "",
        sender=server.from_address,
    )
    return Channel(name="mail", type="mail", options=options, attempts=site.max_retries, timeout=site.max_try_secs)


def _webhook(site: Site, number: int, webhook: OutageWebhook) -> Channel:
    options = WebhookOptions(
        url=webhook.endpoint_url,
        method=webhook.request_method,
        encoding=webhook.request_encoding,
        prefix=webhook.request_prefix,
        suffix=webhook.request_suffix,
        zone="",
    )
    name = f"webhook {number}"
    return Channel(name=name, type="webhook", options=options, attempts=site.max_retries, timeout=site.max_try_secs)
