"""Hosts that rules name and hosts.cfg has not: nobody is ever told because of them. Pure."""

from collections.abc import Iterator, Mapping

from hexmon.alerts.rules import Criteria, Rule, RuleBook
from hexmon.config.suggest import Suggestions
from hexmon.model.inventory import Inventory
from hexmon.model.origin import Problem


def strangers(book: RuleBook, inventory: Inventory) -> Iterator[Problem]:
    """A note for each name in a list of hosts that is no host's, with the one that was probably meant."""
    known = {name.lower(): name for name in inventory.hosts}
    near = Suggestions(known.values())
    for rule in book.rules:
        for name in dict.fromkeys(_names(rule)):
            meant = _meant(name, known, near, inventory)
            if meant is not None:
                yield Problem(
                    rule.origin, f"the rule names the host '{name}', which hosts.cfg has not", meant, fatal=False
                )


def _names(rule: Rule) -> Iterator[str]:
    criteria: tuple[Criteria, ...] = (rule.criteria, *(one.criteria for one in rule.recipients))
    for one in criteria:
        for names in (one.hosts, one.ex_hosts):
            if names is not None and names.exact:
                yield from (item for item in names.items if item)


def _meant(name: str, known: Mapping[str, str], near: Suggestions, inventory: Inventory) -> str | None:
    """What is to be written; None for a host that is there."""
    if name in inventory.hosts:
        return None
    if name.lower() in known:
        return f"letters count in a list; write: {known[name.lower()]}"
    host = inventory.find(name)
    if host is not None:
        return f"rules go by the first name; write: {host.name}"
    closest = near.closest(name)
    return f"did you mean {closest}?" if closest else ""
