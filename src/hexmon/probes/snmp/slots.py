"""In which slot of the device an interface is: the module or container that ENTITY-MIB names, else its name tells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hexmon.probes.snmp import oids
from hexmon.probes.snmp.ber import Oid, Value
from hexmon.probes.snmp.pdu import GET_BULK, Question
from hexmon.probes.snmp.session import Session
from hexmon.probes.snmp.text import text_of
from hexmon.probes.snmp.walk import Column

# IANAPhysicalClass: what a slot may be, the best first.
_CONTAINER, _MODULE, _CHASSIS = 5, 9, 3
_SLOTS: Final = (_CONTAINER, _MODULE)
_HIGHEST: Final = 8  # levels above a port
_FIRST_ROWS: Final = (20, 2)  # the second where so many are too many
_IF_INDEX: Final = (*oids.IF_DESCR[:-1], 1)  # ifIndex
_NAMED: Final = re.compile(r"[A-Za-z][A-Za-z \-]*?[ \-]?(\d+)/\d|(\d+)/\d")
_CELLS: Final = (oids.ENT_DESCR, oids.ENT_CONTAINED_IN, oids.ENT_CLASS)


def slot_of_name(name: str) -> str:
    """The first number of `Gi1/0/24`, `ge-0/0/1`, `1/24`; "" for a name without any slash."""
    found = _NAMED.match(name)
    return (found[1] or found[2]) if found else ""


def ports_of_aliases(aliases: Column) -> dict[int, int]:
    """IfIndex -> the physical entity that is its port; `aliases` is entAliasMappingIdentifier."""
    ports: dict[int, int] = {}
    for tail, value in aliases.items():
        if isinstance(value, tuple) and value[:-1] == _IF_INDEX and tail:
            ports.setdefault(value[-1], tail[0])
    return ports


async def read_serial(session: Session) -> str:
    """The serial number of the chassis: the first one of the first rows, which is where it stands."""
    if not session.bulk:
        return ""
    for rows in _FIRST_ROWS:
        answer = await session.ask(Question(GET_BULK, (oids.ENT_CLASS, oids.ENT_SERIAL), rows))
        if not answer.status:
            return _serial(answer.values)
    return ""


def _serial(values: Iterable[tuple[Oid, Value]]) -> str:
    cells = dict(values)
    for oid, value in cells.items():
        if oid[:-1] == oids.ENT_CLASS and value == _CHASSIS:
            serial = text_of(cells.get((*oids.ENT_SERIAL, oid[-1])))
            if serial:
                return serial
    return ""


async def read_slots(session: Session, aliases: Column) -> dict[int, str]:
    """IfIndex -> slot. Only the ports and what is above them is asked for: the whole table is long."""
    ports = ports_of_aliases(aliases)
    known: dict[Oid, Value] = {}
    wanted: set[int] = set(ports.values())
    columns: Sequence[Oid] = (oids.ENT_CONTAINED_IN,)
    for _ in range(_HIGHEST):
        if not wanted:
            break
        known |= await session.get([(*column, entity) for entity in sorted(wanted) for column in columns])
        above = {known.get((*oids.ENT_CONTAINED_IN, entity)) for entity in wanted}
        wanted = {
            one for one in above if isinstance(one, int) and one > 0 and (*oids.ENT_CONTAINED_IN, one) not in known
        }
        columns = _CELLS
    return {index: slot for index, entity in ports.items() if (slot := slot_above(known, entity))}


def slot_above(known: Mapping[Oid, Value], entity: int) -> str:
    """The description of the nearest container or module above a port, else of the nearest chassis."""
    chassis = ""
    for one in _above(known, entity):
        kind = known.get((*oids.ENT_CLASS, one))
        descr = text_of(known.get((*oids.ENT_DESCR, one)))
        if kind in _SLOTS and descr:
            return descr
        if kind == _CHASSIS and not chassis:
            chassis = descr
    return chassis


def _above(known: Mapping[Oid, Value], entity: int) -> Iterable[int]:
    seen = {entity}
    for _ in range(_HIGHEST):
        above = known.get((*oids.ENT_CONTAINED_IN, entity))
        if not isinstance(above, int) or above <= 0 or above in seen:
            return
        seen.add(above)
        entity = above
        yield entity
