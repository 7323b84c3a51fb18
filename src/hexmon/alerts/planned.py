"""What a moment makes of an incident: the incident as it is from then on, and what has to be said."""

import msgspec

from hexmon.model.incident import Incident, Kind, Told

NEVER = float("inf")  # the `look_at` of what is not looked at by itself


class Telling(msgspec.Struct, frozen=True, gc=False):
    """One message that is due now. `told` is the recipient as the incident keeps it from now on."""

    kind: Kind
    told: Told
    note: str = ""


class Planned(msgspec.Struct, frozen=True):
    """The incident after this moment, its `look_at` set, and what is to be said in the order of the rules."""

    incident: Incident
    tell: tuple[Telling, ...] = ()
