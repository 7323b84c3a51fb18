"""The ways to send: one module per kind of channel, and the only list of them."""

from collections.abc import Mapping

from hexmon.alerts.notify.contract import NotifierType

_ALL: tuple[NotifierType, ...] = ()

NOTIFIERS: Mapping[str, NotifierType] = {notifier.name: notifier for notifier in _ALL}
