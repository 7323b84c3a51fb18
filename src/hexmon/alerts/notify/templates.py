"""The ready-made services: a row for each."""

from hexmon.alerts.notify.contract import NotifierType
from hexmon.alerts.notify.service import service
from hexmon.alerts.notify.services_chat import (
    MatrixOptions,
    MattermostOptions,
    NamedWebhookOptions,
    TelegramOptions,
    WebhookUrlOptions,
    discord_requests,
    matrix_requests,
    mattermost_requests,
    slack_requests,
    teams_requests,
    telegram_requests,
)
from hexmon.alerts.notify.services_push import (
    GotifyOptions,
    NtfyOptions,
    OpsgenieOptions,
    PagerDutyOptions,
    PushoverOptions,
    gotify_requests,
    ntfy_requests,
    opsgenie_requests,
    pagerduty_requests,
    pushover_requests,
)

_MANY = 5  # so many at once become one message where people read them

SERVICES: tuple[NotifierType, ...] = (
    service("slack", WebhookUrlOptions, slack_requests, groups=_MANY),
    service("mattermost", MattermostOptions, mattermost_requests, groups=_MANY),
    service("discord", NamedWebhookOptions, discord_requests, groups=_MANY),
    service("teams", WebhookUrlOptions, teams_requests, groups=_MANY),
    service("telegram", TelegramOptions, telegram_requests, groups=_MANY),
    service("matrix", MatrixOptions, matrix_requests, groups=_MANY),
    service("ntfy", NtfyOptions, ntfy_requests, groups=_MANY),
    service("pushover", PushoverOptions, pushover_requests, groups=_MANY),
    service("gotify", GotifyOptions, gotify_requests, groups=_MANY),
    service("pagerduty", PagerDutyOptions, pagerduty_requests),
    service("opsgenie", OpsgenieOptions, opsgenie_requests),
)
