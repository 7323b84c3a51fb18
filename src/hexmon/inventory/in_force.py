"""Which hosts exist now: NOTBEFORE and NOTAFTER (hosts.cfg). Pure."""

from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from hexmon.model.inventory import Host, Inventory


class Windows:
    """An inventory as it was read, and what of it exists at a moment. Most have no host with a window at all."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._windowed = [host for host in inventory.hosts.values() if _windowed(host)]

    def outside(self, now: float) -> frozenset[str]:
        """The hosts that do not exist yet, or no longer."""
        return frozenset(host.name for host in self._windowed if not exists(host, now))

    def at(self, now: float) -> Inventory:
        """The inventory without them: they are not tested, not shown, and nobody knows them."""
        return _without(self._inventory, self.outside(now))


def exists(host: Host, now: float) -> bool:
    """Whether that moment lies in the host's window, both ends included."""
    early = host.not_before is not None and now < host.not_before
    return not early and (host.not_after is None or now <= host.not_after)


def _windowed(host: Host) -> bool:
    return host.not_before is not None or host.not_after is not None


def _without(inventory: Inventory, names: AbstractSet[str]) -> Inventory:
    if not names:
        return inventory
    return replace(
        inventory,
        hosts={name: host for name, host in inventory.hosts.items() if name not in names},
        by_alias={alias: name for alias, name in inventory.by_alias.items() if name not in names},
    )
