"""Where the board keeps what it knows of each host, and how a name on the wire finds it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from hexmon.board.bounds import LONGEST_NAME, MOST_TEST_NAMES, MOST_TOLERATED
from hexmon.board.draft import Policy
from hexmon.board.settings import BoardSettings
from hexmon.model.inventory import Host, HostPolicy, Inventory
from hexmon.model.names import HOST_NAME, SUMMARY_HOST, TEST_NAME
from hexmon.model.status import ClientMessage, Status

_LONGEST_NAME = 200  # becomes part of file names
_MOST_ALIASES = 10_000


class Entry:
    """One host of the board. `squares` and `clients` are in the order of their creation, by canonical name.

    `host` is its definition, None for the pseudo host of summaries. `policy` is the one of all its squares, where
    they share one; else `policies` has them by test.
    """

    __slots__ = ("clients", "host", "name", "policies", "policy", "squares")

    def __init__(self, name: str, host: Host | None) -> None:
        self.name = name
        self.host = host
        self.squares: dict[str, Status] = {}
        self.clients: dict[str, ClientMessage] = {}
        self.policy: Policy | None = None
        self.policies: dict[str, Policy] = {}


class Registry:
    """Names to entries and tests, whatever their case: two dictionary look-ups once a spelling has been seen."""

    def __init__(self, inventory: Inventory, settings: BoardSettings) -> None:
        self.inventory = inventory
        self.entries: dict[str, Entry] = {}
        self._settings = settings
        self._wire: dict[str, Entry] = {}
        self._tests: dict[str, str] = {}
        self._most_tests = MOST_TEST_NAMES
        self._labels: dict[str, str] | None = None
        self._allowed: dict[str, str] = {}

    def adopt(self, inventory: Inventory) -> None:
        """Look names up in another inventory; every policy is made anew."""
        self.inventory = inventory
        self._labels = None
        self._wire.clear()
        for entry in self.entries.values():
            entry.policy = None
            entry.policies.clear()
            entry.host = self.host(entry.name)

    def forget_spellings(self) -> None:
        """A host was dropped or renamed."""
        self._wire.clear()

    def host(self, name: str) -> Host | None:
        """Its definition; a bare one for a name that is only tolerated."""
        found = self.inventory.find(name)
        if found is None and self._settings.ghosts == "allow" and name != SUMMARY_HOST:
            return Host(name=name)
        return found

    def canonical(self, word: str, now: float) -> str | None:
        """The host's own spelling of a name or alias; None when messages for it are not accepted.

        A host outside its NOTBEFORE/NOTAFTER window is not known.
        """
        if word == SUMMARY_HOST:
            return word
        if len(word) > LONGEST_NAME:
            return None
        found = self.inventory.find(word)
        if found is not None:
            early = found.not_before is not None and now < found.not_before
            late = found.not_after is not None and now > found.not_after
            return None if early or late else found.name
        if self._settings.ghosts == "allow":
            return self._tolerated(word)
        name = self._by_label(word)
        if name is not None and len(self._allowed) < _MOST_ALIASES:
            self._allowed[word.lower()] = name  # from now on it is known by that name, too
        return name

    def _tolerated(self, word: str) -> str | None:
        if not HOST_NAME.match(word) or len(word) > _LONGEST_NAME:
            return None
        lower = word.lower()
        if lower not in self._allowed and len(self._allowed) >= MOST_TOLERATED:
            return None
        return self._allowed.setdefault(lower, word)

    def _by_label(self, word: str) -> str | None:
        if self._settings.ghosts != "match" or not HOST_NAME.match(word):
            return None
        if self._labels is None:
            self._labels = {}
            for name in sorted(self.inventory.hosts, key=lambda one: self.inventory.hosts[one].index):
                self._labels.setdefault(name.partition(".")[0].lower(), name)
        return self._labels.get(word.partition(".")[0].lower())

    def find(self, word: str, now: float) -> Entry | None:
        """The entry of a host that messages are accepted for; made when it is the first time."""
        entry = self._wire.get(word)
        if entry is not None:
            return entry
        name = self.canonical(word, now)
        if name is None:
            return None
        entry = self.entry(name)
        windowed = entry.host is not None and (entry.host.not_before, entry.host.not_after) != (None, None)
        if not windowed:
            self._remember(word, entry)
        return entry

    def entry(self, name: str) -> Entry:
        """The entry of a canonical name, made when there is none."""
        entry = self.entries.get(name)
        if entry is None:
            entry = self.entries[name] = Entry(name, self.host(name))
        return entry

    def _remember(self, word: str, entry: Entry) -> None:
        # Every mixture of cases is a spelling of its own: somebody could send them all.
        if len(self._wire) > 4 * len(self.entries) + 1000:
            self._wire.clear()
        self._wire[word] = entry

    def known(self, word: str) -> Entry | None:
        """The entry of a host that is on the board already, in any spelling; for questions."""
        entry = self._wire.get(word) or self.entries.get(word)
        if entry is not None:
            return entry
        found = self.inventory.find(word)
        name = found.name if found else self._allowed.get(word.lower(), word)
        return self.entries.get(name)

    def test(self, word: str) -> str:
        """The spelling of a test that was seen first, for all hosts; the word itself when it is new."""
        return self._tests.get(word) or self._tests.get(word.lower()) or word

    def new_test(self, word: str, host: str) -> str | None:
        """The spelling of a test that may be new; None for a name that no new test may have."""
        known = self._tests.get(word)
        if known is not None:
            return known
        known = self._tests.get(word.lower())
        if known is None:
            if len(word) > _LONGEST_NAME or not word:
                return None
            if not _sound(word) if host == SUMMARY_HOST else not TEST_NAME.match(word):
                return None
            self._forget_unused()
            known = self._tests[word.lower()] = word
        if len(self._tests) < MOST_TEST_NAMES:
            self._tests[word] = known
        return known

    def _forget_unused(self) -> None:
        """Names that no square has any more: somebody could report, drop and rename for ever."""
        if len(self._tests) < self._most_tests:
            return
        names = {status.key.test for status in self.statuses()}
        self._tests = {name.lower(): name for name in names}
        self._most_tests = max(MOST_TEST_NAMES, 2 * len(names))

    def statuses(self) -> Iterator[Status]:
        """Every square."""
        for entry in self.entries.values():
            yield from entry.squares.values()


def _sound(word: str) -> bool:
    """Whether a summary may be called so: it is a field of lines that `|` divides."""
    return word.isprintable() and "|" not in word


class Policies:
    """Makes the policy of a square; nearly all squares share one."""

    def __init__(
        self, settings: BoardSettings, new_cookie: Callable[[], int], local: Callable[[float], datetime]
    ) -> None:
        self._settings = settings
        self._common = Policy(
            ok_colors=settings.fine(),
            alert_colors=settings.alerting(),
            # A ring of two or less would call every new square flapping.
            flap_count=max(settings.flap_count, 3) if settings.flap_count > 0 else 0,
            flap_seconds=settings.flap_seconds,
            cookie_seconds=settings.ack_cookie_expiration,
            new_cookie=new_cookie,
            ack_each_color=settings.ack_each_color,
            local=local,
        )
        self._summary = replace(self._common, alert_colors=frozenset(), flap_count=0, summary=True)
        self._delays = bool(settings.delay_red or settings.delay_yellow)

    def of(self, entry: Entry, test: str) -> Policy:
        """The policy of that test of that host."""
        policy = entry.policy or entry.policies.get(test)
        return policy if policy is not None else self._make(entry, test)

    def _make(self, entry: Entry, test: str) -> Policy:
        host = entry.host.policy if entry.host else None
        if entry.name == SUMMARY_HOST:
            entry.policy = self._summary
            return self._summary
        if host is None or not (self._delays or host.downtime or host.delay_red or host.delay_yellow or _noflap(host)):
            entry.policy = self._common
            return self._common
        quiet = host.noflap_all or test.lower() in map(str.lower, host.noflap)
        policy = entry.policies[test] = replace(
            self._common,
            flap_count=0 if quiet else self._common.flap_count,
            delay_red=_of_test(test, host.delay_red, self._settings.delay_red),
            delay_yellow=_of_test(test, host.delay_yellow, self._settings.delay_yellow),
            downtime=tuple(one for one in host.downtime if one.concerns(test)),
            weekday_of=host.calendar.weekday,
        )
        return policy


def _of_test(test: str, *delays: Mapping[str, float]) -> float:
    """The first delay for that test, in any case."""
    lower = test.lower()
    return next((seconds for delay in delays for name, seconds in delay.items() if name.lower() == lower), 0.0)


def _noflap(host: HostPolicy) -> bool:
    return host.noflap_all or bool(host.noflap)
