"""Connecting where a name has addresses of both families: they race, so that a dead one is no false alarm.

This is RFC 8305 with one address of each family: the preferred one has a head start, the first connection wins.
"""

import asyncio
import errno
from collections.abc import Sequence
from typing import NamedTuple

from hexmon.probes.poller import Poller
from hexmon.probes.wire import Wire, family_of

HEAD_START = 0.25  # seconds (RFC 8305 section 5)
# This machine cannot go there at all: that says nothing about the target as long as there is another way.
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})


class Reached(NamedTuple):
    """The connection that stands, where to, and what was wrong with the preferred address ("" for nothing)."""

    wire: Wire
    address: str
    instead: str = ""


async def reach(poller: Poller, addresses: Sequence[str], port: int, source: str, patience: float) -> Reached:
    """Connect to the first of the addresses, or to the second if that is quicker. Raises OSError.

    `addresses` are IP literals, the preferred one first; those of another family than `source` do not take part. When
    the preferred one has failed, the other has `patience` seconds left; then the failure is that of the preferred one.
    """
    if source and len(addresses) > 1:
        addresses = [one for one in addresses if family_of(one) == family_of(source)] or addresses[:1]
    if len(addresses) > 1:
        return await _race(_Attempt(poller, addresses[0]), _Attempt(poller, addresses[1]), (port, source), patience)
    wire = Wire(poller, addresses[0])
    try:
        await wire.connect(addresses[0], port, source)
    except BaseException:
        wire.close()
        raise
    return Reached(wire, addresses[0])


class _Attempt:
    """One connection: not started, under way (`waiting`), standing (`wire` alone) or failed (`failure`)."""

    def __init__(self, poller: Poller, address: str) -> None:
        self.address = address
        self.wire: Wire | None = None
        self.waiting: asyncio.Future[None] | None = None
        self.failure: OSError | None = None
        self._poller = poller

    @property
    def stands(self) -> bool:
        return self.wire is not None and self.waiting is None and self.failure is None

    def start(self, port: int, source: str) -> None:
        try:
            self.wire = Wire(self._poller, self.address)
            self.waiting = self.wire.begin(self.address, port, source)
        except OSError as error:
            self.failure = error

    def settle(self) -> None:
        """Look at what has happened while others waited."""
        if self.wire is None or self.waiting is None or not self.waiting.done():
            return
        self.waiting = None
        try:
            self.wire.finish()
        except OSError as error:
            self.failure = error

    def close(self) -> None:
        if self.wire is not None:
            self.wire.close()


async def _race(first: _Attempt, second: _Attempt, where: tuple[int, str], patience: float) -> Reached:
    winner: _Attempt | None = None
    try:
        first.start(*where)
        if first.waiting is not None:
            await asyncio.wait((first.waiting,), timeout=HEAD_START)
            first.settle()
        if not first.stands:
            second.start(*where)
            await _until_one_stands(first, second, patience)
        winner = first if first.stands else second if second.stands else None
        if winner is None or winner.wire is None:
            raise _deciding(first, second)
        return Reached(winner.wire, winner.address, _trouble(first) if winner is second else "")
    finally:
        for attempt in (first, second):
            if attempt is not winner:
                attempt.close()


async def _until_one_stands(first: _Attempt, second: _Attempt, patience: float) -> None:
    """Or both have failed, or the second has had its time."""
    attempts = (first, second)
    while not any(one.stands for one in attempts):
        pending = [one.waiting for one in attempts if one.waiting is not None]
        if not pending:
            return
        limit = patience if _counts(first.failure) else None
        done, _ = await asyncio.wait(pending, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return
        for one in attempts:
            one.settle()


def _counts(failure: OSError | None) -> bool:
    return failure is not None and failure.errno not in _NO_WAY


def _deciding(first: _Attempt, second: _Attempt) -> OSError:
    failures = [failure for failure in (first.failure, second.failure) if failure is not None]
    return next(filter(_counts, failures), failures[0])


def _trouble(attempt: _Attempt) -> str:
    why = attempt.failure.strerror if attempt.failure is not None else f"silent for {HEAD_START} s"
    return f"{attempt.address}: {why}"
