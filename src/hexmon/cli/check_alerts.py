"""What `hexmon check-config` says of alerting: alerts.cfg, alerts.yaml, the channels, what stands behind what."""

from collections.abc import Sequence
from pathlib import Path

from hexmon.alerts.channels import unknown_channels
from hexmon.alerts.heartbeat import HeartbeatSettings, targets_of
from hexmon.alerts.rules import RuleBook
from hexmon.alerts.rules_yaml import AlertsFile, load
from hexmon.alerts.source import AlertsSource, merge
from hexmon.alerts.topology import build
from hexmon.app.settings import Configuration, Settings, alert_defaults, channels_of
from hexmon.model.inventory import Inventory
from hexmon.model.origin import ConfigError, Problem


def check_alerts(
    configuration: Configuration | None, alerts: Path | None, rules: Path | None, inventory: Inventory | None
) -> tuple[RuleBook, Sequence[Problem]]:
    """The rules of both files, and every mistake; None for what is not there.

    `inventory` None: nobody said which hosts there are.
    """
    settings = configuration.settings if configuration else Settings()
    yaml = load(rules) if rules else AlertsFile()
    try:
        cfg = AlertsSource(alerts, alert_defaults(settings), required=True).load(lenient=True)
    except ConfigError as error:
        cfg = RuleBook(problems=error.problems)
    book = merge((cfg, yaml.book))
    problems = [*book.problems, *_of_channels(configuration, yaml, book)]
    if inventory is not None:
        problems += build(inventory, yaml.parents, settings.board.ping_column)[1]
        checks = (*settings.heartbeat.checks, *yaml.heartbeats)
        problems += targets_of(HeartbeatSettings(checks=checks), inventory)[1]
    return book, problems


def _of_channels(configuration: Configuration | None, yaml: AlertsFile, book: RuleBook) -> Sequence[Problem]:
    """Mistakes in channels; then those of rules that name one which is not there, where it is known what there is."""
    if configuration is None:
        return ()
    try:
        channels = channels_of(configuration, others=yaml.channels)
    except ConfigError as error:
        return error.problems
    return tuple(unknown_channels(book, channels))
