"""The ways to send: one module per kind of channel, and the only list of them."""

from collections.abc import Mapping

from hexmon.alerts.notify import alertmanager, apprise_urls, mail, script, url, webhook
from hexmon.alerts.notify.contract import NotifierType
from hexmon.alerts.notify.templates import SERVICES

_ALL: tuple[NotifierType, ...] = (
    mail.NOTIFIER,
    script.NOTIFIER,
    webhook.NOTIFIER,
    url.NOTIFIER,
    *SERVICES,
    alertmanager.PUSH,
    alertmanager.WEBHOOK,
    apprise_urls.NOTIFIER,
)

NOTIFIERS: Mapping[str, NotifierType] = {notifier.name: notifier for notifier in _ALL}
