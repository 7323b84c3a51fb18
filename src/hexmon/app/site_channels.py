"""Where the messages of a site go: its mail server and its webhooks as channels, its addresses as ways to them."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from hexmon.alerts.channels import ALWAYS, read_channels
from hexmon.alerts.notify.contract import Channel
from hexmon.alerts.rules_site import rules_of
from hexmon.alerts.site_pass import wanting
from hexmon.model.incident import Kind, Way
from hexmon.model.site import Monitor, Site

_FORM = "SITE"


class Recipient(msgspec.Struct, frozen=True):
    """Where one message goes; `label` is how it is called to people, without anything secret."""

    channel: Channel
    way: Way
    label: str


class SiteChannels:
    """The recipients of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        channels = read_channels(rules_of([site]).channels, site.source)
        tried = [replace(channel, attempts=site.max_retries) for channel in channels.values()]
        ours = [channel for channel in tried if channel.name not in ALWAYS]
        self._mail = next((channel for channel in ours if channel.type == "mail"), None)
        self._webhooks = [channel for channel in ours if channel.type == "webhook"]

    def recipients(self, monitor: Monitor, kind: Kind) -> list[Recipient]:
        """Who wants to hear that of the monitor."""
        return [*self._to(one.email for one in wanting(self._site, monitor, kind)), *self.webhooks()]

    def addresses(self) -> list[Recipient]:
        """Every address."""
        return list(self._to(one.email for one in self._site.outage_emails))

    def webhooks(self) -> list[Recipient]:
        """Every webhook."""
        return [
            Recipient(channel, Way(method="CHANNEL", channel=channel.name, format=_FORM), f"webhook {number}")
            for number, channel in enumerate(self._webhooks, 1)
        ]

    def _to(self, emails: Iterator[str]) -> Iterator[Recipient]:
        if self._mail is not None:
            for email in emails:
                way = Way(method="MAIL", channel=self._mail.name, address=email, format=_FORM)
                yield Recipient(self._mail, way, email)
