"""Several squares in one column of the matrix (COMPACT, hosts.cfg(5)); pure."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.status import Status
from hexmon.web.propagation import is_acknowledged

_NONE: Mapping[str, str] = {}


def columns_of_tests(host: Host) -> Mapping[str, str]:
    """Test to the column that it is folded into; the first that names it counts."""
    if not host.display.compact:
        return _NONE
    found: dict[str, str] = {}
    for one in host.display.compact:
        for test in one.tests:
            found.setdefault(test, one.column)
    return found


def fold(host: Host, statuses: Iterable[Status], now: float) -> dict[str, Status]:
    """Column to what it shows: the square itself, or the worst of those that are folded into it.

    Of equals what nobody has acknowledged goes first, then what changed last.
    """
    columns = columns_of_tests(host)
    if not columns:
        return {status.key.test: status for status in statuses}
    found: dict[str, Status] = {}
    for status in statuses:
        column = columns.get(status.key.test, status.key.test)
        present = found.get(column)
        if present is None or _rank(status, now) > _rank(present, now):
            found[column] = status
    return {
        column: status if status.key.test == column else replace(status, key=StatusKey(host.name, column))
        for column, status in found.items()
    }


def members(host: Host, column: str) -> frozenset[str]:
    """The tests that are folded into that column; none for an ordinary one."""
    return frozenset(test for test, folded in columns_of_tests(host).items() if folded == column)


def _rank(status: Status, now: float) -> tuple[int, bool, float]:
    return status.color, not is_acknowledged(status, now), status.since
