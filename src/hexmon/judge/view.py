"""What a judge sees of one host, and what it says."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from enum import StrEnum

import msgspec

from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.observation import Check, Observation
from hexmon.model.status import Report

CONN = "conn"
HTTP = "http"
SSLCERT = "sslcert"


class Reason(StrEnum):
    """Why a verdict has its colour."""

    OK = "as it should be"
    FAILED = "failed"
    HOST_DOWN = "the host appears to be down"
    DEPENDS = "a test it depends on failed"
    ROUTE = "a router on the way is down"
    DIALUP = "dialup host or service"
    DELAYED = "softened by badTEST"
    DISABLED = "switched off"
    NOT_TESTED = "we could not test it"


class JudgeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all hosts. Days for certificates, seconds for `validity`.

    `ssl_column` "" makes no square of certificates. `ssl_bits` are the fewest of a cipher, `ssl_key_bits` those of a
    certificate's key; 0 for any.
    """

    fail_goes_clear: bool = True  # IPTEST_2_CLEAR_ON_FAILED_CONN
    fail_text: str = "not OK"  # NETFAILTEXT
    router_text: str = "router"  # XYMONROUTERTEXT
    ssl_column: str = SSLCERT
    ssl_warn_days: int = 30
    ssl_alarm_days: int = 10
    ssl_bits: int = 0
    ssl_key_bits: int = 0
    trace: bool = False  # the path to every host that does not answer, but with `notrace`
    no_page: frozenset[str] = frozenset()  # NONETPAGE: columns that never go red
    validity: float = 1800.0
    sender: str = "127.0.0.1"
    zone: tzinfo = UTC  # texts carry local time


class HostView(msgspec.Struct, frozen=True, kw_only=True):
    """One host with what is known of it.

    `latest` is by `Check.identity`; `failures` counts the failed rounds in a row before this one, `down_since` is when
    the first of them was (epoch seconds). The callables answer for other squares: `failed` whether the last probe of a
    square failed (None: nobody knows), `silent` whether a host did not answer its ping, `host_of` finds a host.
    """

    host: Host
    latest: Mapping[str, Observation]
    failures: Mapping[StatusKey, int] = msgspec.field(default_factory=dict)
    down_since: Mapping[StatusKey, float] = msgspec.field(default_factory=dict)
    failed: Callable[[StatusKey], bool | None] = lambda _key: None
    silent: Callable[[str], bool] = lambda _host: False
    host_of: Callable[[str], Host | None] = lambda _host: None
    settings: JudgeSettings = JudgeSettings()

    def observations(self, test: str) -> list[Observation]:
        """The latest observations of one square, in the order of the tags."""
        found = (self.latest.get(check.identity) for check in self.host.checks if check.key.test == test)
        return [observation for observation in found if observation is not None]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A report with its reason. `failed` is what the counter of rounds in a row counts; None leaves it alone."""

    report: Report
    failed: bool | None
    reason: Reason


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One observation, judged. `cause` is a sentence for people; `failed_on` are the squares it depends on."""

    color: Color
    cause: str = ""
    reason: Reason = Reason.OK
    counted: bool | None = False
    open: bool = False
    failed_on: tuple[StatusKey, ...] = ()


def counted(findings: Iterable[Finding]) -> bool | None:
    """What several findings add to the failed rounds of their square; None when none of them says anything."""
    counts = {finding.counted for finding in findings}
    return True if True in counts else False if False in counts else None


def worst(findings: Sequence[Finding]) -> Finding:
    """The first of the worst."""
    return max(findings, key=lambda finding: finding.color)


def always_true(check: Check, host: Host) -> bool:
    """Whether nothing else may explain a failure: the prefix `~` or the tag `noclear`."""
    return check.judging.always_true or host.policy.noclear


def own_column(check: Check, taken: Container[str]) -> str:
    """The square of its own that a check makes; "" for none, or when it is `taken`."""
    return "" if check.column in taken else check.column


def taken_squares(view: HostView) -> frozenset[str]:
    """The tests that have checks of their own, and that of the certificates: no other check can make these squares."""
    return frozenset((view.settings.ssl_column, *(check.key.test for check in view.host.checks)))


def is_dialup(check: Check, host: Host) -> bool:
    """Whether a failure is no news: the prefix `?` or the tag `dialup`."""
    return check.judging.dialup or host.policy.dialup
