"""The figures of the monitors of YAML sites: what each check brings, and what is remembered of counters for that."""

from collections.abc import Callable, Collection, Iterator, Mapping

import msgspec

from hexmon.graphs.counters import CounterMemory, memory_of_file
from hexmon.graphs.schema import Update
from hexmon.graphs.site_rrd import Place, availability_update, snmp_update
from hexmon.model.events import MonitorChecked
from hexmon.model.site import SNMP_TYPES, Monitor

Last = Callable[[str, str], tuple[int, Mapping[str, str]] | None]
"""When a file (folder, name) was last updated, and with what values; None when there is no such file."""

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(dict[str, CounterMemory])


class SiteFigures:
    """For one thread. What is remembered can be kept over a restart: `dump`, `load`."""

    def __init__(self, last: Last) -> None:
        self._last = last
        self._memories: dict[Place, CounterMemory] = {}
        self._kept: Mapping[str, CounterMemory] = {}

    def updates(self, monitor: Monitor, place: Place, checked: MonitorChecked) -> Iterator[Update]:
        """What one check brings. A device that does not answer brings nothing."""
        if monitor.type not in SNMP_TYPES:
            yield availability_update(monitor, place, checked)
        elif checked.device is not None:
            memory = self._memories.get(place) or self._first(place)
            self._memories[place], update = snmp_update(monitor, place, checked.at, checked.device, memory)
            yield update

    def keep_only(self, places: Collection[Place]) -> None:
        """Forget all other files."""
        for place in self._memories.keys() - set(places):
            del self._memories[place]
        names = {_name(place) for place in places}
        self._kept = {name: one for name, one in self._kept.items() if name in names}

    def dump(self) -> bytes:
        """What is remembered, and what was loaded of files that were not written since."""
        new = {_name(place): one for place, one in self._memories.items()}
        return _ENCODER.encode({**self._kept, **new})

    def load(self, data: bytes) -> None:
        """What was remembered when it was dumped; of a file that was written since, nothing. Any bytes will do."""
        try:
            self._kept = _DECODER.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._kept = {}

    def _first(self, place: Place) -> CounterMemory | None:
        found = self._last(place.folder, place.file)
        if found is None:
            return None
        at, texts = found
        kept = self._kept.get(_name(place))
        return kept if kept is not None and int(kept.at) == at else memory_of_file(at, texts)


def _name(place: Place) -> str:
    return f"{place.folder}/{place.file}"
