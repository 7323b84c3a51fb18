"""What a probe saw: facts without a colour."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from hexmon.model.device import Device
from hexmon.model.names import StatusKey
from hexmon.model.origin import BUILT_IN, Origin


class Outcome(StrEnum):
    """How one probe ended. Only OK and UNEXPECTED and TLS mean that somebody answered."""

    OK = "ok"
    UNEXPECTED = "unexpected"  # answered, but not as it should (banner, HTTP status, ...)
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"  # the name has no address
    TLS = "tls"  # connected, but no TLS session
    ERROR = "error"  # any other failure of the target
    PREVENTED = "prevented"  # we could not try: no permission, no socket; says nothing about the target


class ChainLink(msgspec.Struct, frozen=True, gc=False):
    """One more certificate that the server sent behind its own. Times are epoch seconds UTC."""

    subject: str
    issuer: str
    not_after: float


class Certificate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A server's certificate and the session that showed it. Times are epoch seconds UTC.

    `chain` is what the server sent behind it, in its order. `trusted` says whether a path to an authority of this
    machine was found for the name that was asked for (None: not looked at), `distrust` why not; `path_not_after` is
    the first end among the certificates of that path, 0 without one.
    """

    service: str  # the URL or the test that met it
    subject: str
    issuer: str
    not_before: float
    not_after: float
    key_bits: int
    key_type: str = ""
    signature: str = ""
    serial: str = ""
    names: tuple[str, ...] = ()
    sha256: str = ""
    cipher: str = ""
    cipher_bits: int = 0
    protocol: str = ""
    chain: tuple[ChainLink, ...] = ()
    trusted: bool | None = None
    distrust: str = ""
    path_not_after: float = 0.0


class Assertion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that was expected of an answer, and whether it was so.

    `what` is the kind of expectation ("body", "status", "json", ...), `wanted` that in words, `found` what came; `held`
    None means that it could not be looked at (a bad pattern, a missing file), and `found` says why. One that is
    not `severe` is a warning.
    """

    what: str
    wanted: str = ""
    found: str = ""
    held: bool | None = True
    severe: bool = True


class Phase(msgspec.Struct, frozen=True, gc=False):
    """One stretch of a probe: "resolve", "connect", "tls", "request", "transfer"; seconds."""

    name: str
    seconds: float


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What one probe function returns.

    `summary` is one line for people, in Xymon's words where it has them; `detail` what a library said beyond that;
    `evidence` is what the target said (banner, headers, body), as bytes; `facts` are numbers such as
    {"rtt_seconds": 0.0012, "http_status": 404}. `device` is what a poll by SNMP saw; `round_trips` are the
    seconds of every answer to several pings, the shortest first.
    """

    outcome: Outcome
    summary: str
    detail: str = ""
    evidence: bytes = b""
    facts: Mapping[str, float] = {}
    phases: tuple[Phase, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    device: Device | None = None
    round_trips: tuple[float, ...] = ()


class Judging(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How hosts.cfg wants one test to be judged: the prefixes `?` dialup, `!` reverse, `~` always true.

    `monitor`: as YAML sites judge, up or down (judge/monitor.py).
    """

    dialup: bool = False
    reverse: bool = False
    always_true: bool = False
    silent: bool = False
    monitor: bool = False


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a prober does regularly for one square. Several checks may share a square (`http` of several URLs).

    `column` is a square of its own that this check makes besides the shared one (`cont=COLUMN;...`), "" for none.
    With `data` there is no square: the answer is passed on as figures (`data HOST.TEST`) and never coloured.
    `options` is the options Struct of the probe type `probe` (a key of PROBES). `address` is an IP literal or a name
    to resolve first; URL probes take theirs from the URL and leave it empty. Durations are seconds.
    """

    key: StatusKey
    probe: str
    address: str
    options: Any
    column: str = ""
    data: bool = False
    spec: str = ""  # the tag as written, for texts and the identity
    interval: float = 60.0
    timeout: float = 10.0
    attempts: int = 0  # until it is believed that it fails; 0: what is usual for this prober
    retry_pause: float | None = None  # before each further attempt; None: what is usual for this prober
    judging: Judging = Judging()
    dns: bool = False  # True: `address` is a name; False: the IP of hosts.cfg (`testip` or no name to look up)
    fallback: str = ""  # the IP to use when the name cannot be resolved
    origin: Origin = BUILT_IN

    @property
    def identity(self) -> str:
        """Stable over restarts and reloads while the tag stays the same."""
        return f"{self.key.host}|{self.key.test}|{self.probe}|{self.spec}"


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one check. `started` is epoch seconds UTC, `took` seconds, `address` the one really used."""

    check: Check
    reply: Reply
    started: float
    took: float
    address: str = ""
