"""Tests of NTP servers (hosts.cfg(5): OTHER NETWORK TESTS)."""

import re
from typing import ClassVar

import msgspec

from hexmon.inventory.families.parts import read_parts
from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site
from hexmon.inventory.tag_values import Mistake
from hexmon.model.observation import Judging
from hexmon.probes.ntp import NtpOptions

_LIMITS = re.compile(r"(\d{0,9}(?:\.\d{1,9})?)(?::(\d{0,9}(?:\.\d{1,9})?))?\Z", re.ASCII)


class NtpTag(msgspec.Struct, frozen=True, kw_only=True):
    """`ntp`, `ntp=0.5:2`."""

    test: ClassVar[str] = "ntp"
    probe: ClassVar[str] = "ntp"
    settings: NtpOptions = NtpOptions()
    judging: Judging = PLAIN

    def options(self, site: Site) -> NtpOptions:  # noqa: ARG002 - the same for every host
        """How the server is asked."""
        return self.settings


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    parts = read_parts(word)
    if parts is None:
        return Meaning("unknown")
    if parts.mistakes:
        return Meaning("unknown", mistakes=parts.mistakes)
    (warn, alarm), mistakes = _limits(word, parts.value)
    default = NtpOptions()
    settings = NtpOptions(port=parts.port or default.port, source=parts.source, warn=warn, alarm=alarm)
    silently = msgspec.structs.replace(judging, silent=True) if parts.silent else judging
    return Meaning("probe", parsed=NtpTag(settings=settings, judging=silently), mistakes=mistakes)


def _limits(word: str, value: str | None) -> tuple[tuple[float, float], tuple[Mistake, ...]]:
    """`WARN:ALARM`, `WARN`, `:ALARM`, in seconds; 0 where there is none."""
    if value is None:
        return (0.0, 0.0), ()
    match = _LIMITS.match(value)
    if match is None or value in {"", ":"}:
        return (0.0, 0.0), (Mistake(f"'{word}': '{value}' is not an offset", "write: ntp=WARN:ALARM, in seconds"),)
    warn, alarm = float(match[1] or 0), float(match[2] or 0)
    swapped = Mistake(f"'{word}': the alarm ({alarm:g} s) would come before the warning ({warn:g} s)")
    return (warn, alarm), (swapped,) if 0 < alarm < warn else ()


FAMILY = Family(re.compile(r"ntp(?=[:@=]|\Z)", re.IGNORECASE), read, ("ntp",))
