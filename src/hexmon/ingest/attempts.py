"""Failed attempts to log in, by address: who guesses has to wait, longer and longer."""

from collections import Counter, OrderedDict
from ipaddress import IPv6Address, ip_network

from hexmon.clock import Clock
from hexmon.ingest.access import address_of

_FREE = 5  # failures without a consequence: people mistype, and files are edited while agents report
_FIRST = 0.5  # seconds; doubled by every further failure
_LONGEST = 10.0
_FORGIVEN = 600.0  # seconds after the latest failure
_MOST_ADDRESSES = 10_000
_MOST_WAITING = 4  # of one user at one address, at once
_MOST_FROM_SITE = 100  # of all its users
_ALL = "\0"  # is no user
_IPV6_SITE = 64  # bits; one customer has all addresses behind them


class Attempts:
    """What is known of failures; bounded."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._waiting: Counter[tuple[str, str]] = Counter()

    async def wait(self, address: str, user: str = "") -> bool:
        """Wait as long as this address has to; False, at once, when too many of it wait already.

        Behind one address there may be many agents: who guesses one's password must not keep out the others.
        """
        site = _site(address)
        seconds = self.delay(address)
        if not seconds:
            return True
        bounds = (((site, user), _MOST_WAITING), ((site, _ALL), _MOST_FROM_SITE))
        if any(self._waiting[key] >= most for key, most in bounds):
            return False
        for key, _ in bounds:
            self._waiting[key] += 1
        try:
            await self._clock.sleep_until(self._clock.monotonic() + seconds)
        finally:
            for key, _ in bounds:
                self._waiting[key] -= 1
                if not self._waiting[key]:
                    del self._waiting[key]
        return True

    def delay(self, address: str) -> float:
        """Seconds that an attempt from there has to wait."""
        count, last = self._failures.get(_site(address), (0, 0.0))
        if count < _FREE or self._clock.monotonic() - last > _FORGIVEN:
            return 0.0
        return min(_FIRST * 2.0 ** min(count - _FREE, 16), _LONGEST)

    def failed(self, address: str) -> None:
        """Another failure."""
        site, now = _site(address), self._clock.monotonic()
        count, last = self._failures.pop(site, (0, now))
        self._failures[site] = (1 if now - last > _FORGIVEN else count + 1, now)
        if len(self._failures) > _MOST_ADDRESSES:
            self._failures.popitem(last=False)


def _site(address: str) -> str:
    found = address_of(address) if ":" in address else None
    if isinstance(found, IPv6Address):
        return str(ip_network((int(found), _IPV6_SITE), strict=False))
    return address
