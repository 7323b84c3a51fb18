"""Those whom a YAML rule tells: from what is written to recipients."""

import difflib
from collections.abc import Callable, Iterator
from datetime import tzinfo

import msgspec
from msgspec.structs import replace

from hexmon.alerts.criteria_yaml import criteria_of, times_of
from hexmon.alerts.paced import NO_REMINDERS, USUAL
from hexmon.alerts.rotations_yaml import People
from hexmon.alerts.rules import Bezier, Constant, Format, Method, Pacing, Recipient, Shift
from hexmon.alerts.yaml_shapes import NONE, RuleShape, Tell, When, read_every
from hexmon.alerts.zones import read_zone
from hexmon.config.decode import Place
from hexmon.model.times import Times

Complain = Callable[[Place, str, str], None]
_MAIL, _SCRIPT = "mail", "script"
_METHODS = {_MAIL: Method.MAIL, _SCRIPT: Method.SCRIPT}
_FORMATS = {form.value.lower(): form for form in Format}


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way to one address. `channel` is the name that people's addresses have."""

    channel: str
    program: str = ""
    address: str = ""
    on_call: Shift | None = None


class Recipients:
    """Makes recipients of what rules tell. `zone` and `quiet` are those of the whole file."""

    def __init__(self, people: People, complain: Complain, zone: str | None, quiet: tuple[str, ...] | None) -> None:
        self._people = people
        self._complain = complain
        self._zone = zone
        self._quiet = quiet

    def zone_of(self, *levels: When) -> tzinfo | None:
        """The zone of the first of these that has one, else that of the file."""
        name = next((level.zone for level in levels if level.zone is not None), self._zone)
        return None if name is None else read_zone(name)

    def told(self, rule: RuleShape, tell: Tell, place: Place, line: int) -> Iterator[Recipient]:
        """Everybody whom one item of `tell` names."""
        whole = self._without_way(rule, tell, place, line)
        for way in self._ways(tell, place):
            own = _METHODS.get(way.channel)
            if own is Method.MAIL and not way.address and way.on_call is None:
                self._complain(place, "mail needs an address", "write mail: ADDRESS, or to: ADDRESS")
                continue
            yield replace(
                whole,
                method=own or Method.CHANNEL,
                channel="" if own else way.channel,
                program=way.program,
                address=way.address,
                on_call=way.on_call,
                format=self._format(tell, way, place),
                text=_said(way),
            )

    def _without_way(self, rule: RuleShape, tell: Tell, place: Place, line: int) -> Recipient:
        zone = self.zone_of(tell, rule)
        criteria = criteria_of(tell, zone, lambda key, *said: self._complain((*place, "match", key), *said))
        recovered, notice = _either(tell.recovered, rule.recovered), _either(tell.notice, rule.notice)
        return Recipient(
            method=Method.CHANNEL,
            criteria=replace(criteria, recovered=recovered is not False, notice=bool(notice)),
            pacing=self.pacing(tell, place) or self.pacing(rule, place[:2]) or USUAL,
            threshold=tell.threshold or rule.threshold or 1,
            recover_after=tell.recover_after or rule.recover_after or 1,
            quiet=self._quiet_times(tell, rule, zone),
            after=tell.after,
            stop=tell.stop,
            unmatched=tell.unmatched,
            line=line,
        )

    def pacing(self, when: When, place: Place) -> Pacing | None:
        """How often it is said again, as that level has it."""
        if when.every is not None and when.pacing is not None:
            self._complain(place, "'every' and 'pacing' both say how often", "take one of them away")
        if when.pacing is not None:
            return Bezier(plateau=when.pacing.plateau, ramp=when.pacing.ramp)
        if when.every is None:
            return None
        seconds = read_every(when.every)
        return NO_REMINDERS if seconds is None else Constant(seconds=seconds)

    def _quiet_times(self, tell: Tell, rule: RuleShape, zone: tzinfo | None) -> Times | None:
        spans = next((spans for spans in (tell.quiet, rule.quiet, self._quiet) if spans is not None), None)
        if spans is None or NONE in map(str.lower, spans):
            return None
        return times_of(spans, zone)

    def _format(self, tell: Tell, way: Way, place: Place) -> Format:
        if tell.format is None:
            return Format.SCRIPT if way.channel == _SCRIPT else Format.TEXT
        form = _FORMATS.get(tell.format.lower())
        if form is None:
            close = difflib.get_close_matches(tell.format.lower(), _FORMATS, 1)
            hint = f"did you mean {close[0]}?" if close else ", ".join(_FORMATS)
            self._complain((*place, "format"), f"there is no format '{tell.format}'", hint)
            return Format.TEXT
        return form

    # -- the ways -------------------------------------------------------------------------------------------------

    def _ways(self, tell: Tell, place: Place) -> Iterator[Way]:
        written = [name for name in ("person", _MAIL, _SCRIPT, "channel") if getattr(tell, name) is not None]
        if len(written) > 1:
            self._complain(place, f"'{written[0]}' and '{written[1]}' are two ways", "write two items of tell")
        elif tell.person is not None:
            yield from self._person(tell, tell.person, place)
        elif written or tell.on_call is not None:
            yield from self._addressed(tell, place)
        else:
            self._complain(place, "it is not said how", "write mail:, script:, channel: or person:")

    def _person(self, tell: Tell, name: str, place: Place) -> Iterator[Way]:
        """A person by every channel that has an address; who is no person of ours is a channel."""
        if tell.to is not None or tell.on_call is not None:
            self._complain(place, "a person has addresses already", "take to: and on_call: away")
        channels = self._people.channels_of(name)
        if channels is None:
            yield Way(channel=name)
            return
        if not channels:
            self._complain(place, f"{name} has no address", f"add one: people: {name}: mail: ADDRESS")
        for channel, address in channels.items():
            if channel == _SCRIPT:
                self._complain(place, "a script is not told by the name of a person", "write script: PROGRAM")
            yield Way(channel=channel, address=address)

    def _addressed(self, tell: Tell, place: Place) -> Iterator[Way]:
        channel = tell.channel or (_SCRIPT if tell.script else _MAIL)
        program = tell.script or ""
        if channel == _SCRIPT and not program:
            self._complain(place, "which script?", "write script: PROGRAM")
            return
        if tell.mail is not None and (tell.to is not None or tell.on_call is not None):
            self._complain(place, "'mail' names the address already", "write channel: mail, or take the other away")
            return
        if tell.on_call is not None:
            yield from self._on_call(tell, tell.on_call, channel, place)
            return
        names = tell.mail if tell.mail is not None else tell.to
        for name in names or ("",):
            yield Way(channel=channel, program=program, address=self._people.address(name, channel, place))

    def _on_call(self, tell: Tell, rotation: str, channel: str, place: Place) -> Iterator[Way]:
        if tell.to is not None:
            self._complain(place, "'to' and 'on_call' both say who", "take one of them away")
        shift = self._people.on_call(rotation, channel, (*place, "on_call"))
        if shift is not None:
            yield Way(channel=channel, program=tell.script or "", on_call=shift)


def _either(own: bool | None, rules: bool | None) -> bool | None:
    return rules if own is None else own


def _said(way: Way) -> str:
    who = f"whoever is on call ({way.on_call.name})" if way.on_call else way.address
    return " ".join(part for part in (way.channel, way.program, who) if part)
