"""gosrvmon's way to notify: GET of a URL with placeholders."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Sent
from hexmon.alerts.notify.http import deliver
from hexmon.alerts.notify.http_options import HttpOptions, Url, Zone, to
from hexmon.alerts.notify.placeholders import expand
from hexmon.model.incident import Delivery

_REDIRECTS = 10


@dataclass(frozen=True, kw_only=True)
class UrlOptions(HttpOptions):
    """The URL with its placeholders, and the time zone of {TIME}."""

    url: Url = field(repr=False)
    zone: Zone = "UTC"


async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
    """One GET; redirects are followed, 200 to 399 is a success."""
    options: UrlOptions = channel.options
    url = expand(options.url, delivery.message, ZoneInfo(options.zone))
    request = to(options, url, method="GET", follow=_REDIRECTS)
    return await deliver(request, channel, tools, lambda status: 200 <= status < 400)


NOTIFIER = NotifierType(name="url", options=UrlOptions, send=send)
