"""What `hexmon check-config` says of alerting: alerts.cfg, alerts.yaml, the channels, what stands behind what."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hexmon.alerts.alerts_cfg import AlertDefaults
from hexmon.alerts.channels import unknown_channels
from hexmon.alerts.heartbeat import HeartbeatSettings, targets_of
from hexmon.alerts.rules import RuleBook
from hexmon.alerts.rules_yaml import AlertsFile, load
from hexmon.alerts.source import AlertsSource, merge
from hexmon.alerts.topology import build
from hexmon.app.settings import Configuration, Settings, channels_of
from hexmon.model.inventory import Inventory
from hexmon.model.origin import ConfigError, Problem


@dataclass(frozen=True)
class AlertFiles:
    """What is to be checked; None for what is not there."""

    configuration: Configuration | None
    alerts: Path | None
    rules: Path | None


def check_alerts(files: AlertFiles, inventory: Inventory | None) -> tuple[RuleBook, Sequence[Problem]]:
    """The rules, and every mistake. `inventory` None: nobody said which hosts there are."""
    settings = files.configuration.settings if files.configuration else Settings()
    yaml = load(files.rules) if files.rules else AlertsFile()
    defaults = AlertDefaults(colors=settings.board.alerting(), repeat=settings.alerts.repeat)
    try:
        cfg = AlertsSource(files.alerts, defaults, required=True).load(lenient=True)
    except ConfigError as error:
        cfg = RuleBook(problems=error.problems)
    book = merge((cfg, yaml.book))
    problems = [*book.problems, *_of_channels(files, yaml, book)]
    if inventory is not None:
        problems += build(inventory, yaml.parents, settings.board.ping_column)[1]
        checks = (*settings.heartbeat.checks, *yaml.heartbeats)
        problems += targets_of(HeartbeatSettings(checks=checks), inventory)[1]
    return book, problems


def _of_channels(files: AlertFiles, yaml: AlertsFile, book: RuleBook) -> Sequence[Problem]:
    """Mistakes in channels; then those of rules that name one which is not there, where it is known what there is."""
    if files.configuration is None:
        return ()
    try:
        channels = channels_of(files.configuration, others=yaml.channels)
    except ConfigError as error:
        return error.problems
    return tuple(unknown_channels(book, channels))
