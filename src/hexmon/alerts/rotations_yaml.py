"""Who is meant in alerts.yaml: people with their addresses, and rotations of them."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo

from hexmon.alerts.rules import Override, Shift
from hexmon.alerts.yaml_shapes import AlertsShape, OverrideShape, Rotation
from hexmon.alerts.zones import read_moment, read_zone
from hexmon.config.decode import Place
from hexmon.config.suggest import Suggestions

Tell = Callable[[Place, str, str], None]
_SHORTEST, _LONGEST = 3600.0, 366 * 86400.0
_FIRST, _LAST = 0.0, 7_258_118_400.0  # 1970 to 2200


class Mistaken(Exception):  # noqa: N818 - a way out, never seen outside
    """It was told already."""


class People:
    """Names of people and rotations to addresses of a channel."""

    def __init__(self, shape: AlertsShape, tell: Tell) -> None:
        self._people = shape.people
        self._known = Suggestions(shape.people)
        self._rotations = shape.rotations
        self._zone = shape.zone
        self._tell = tell
        self._shifts = {name: self._shift(name, rotation) for name, rotation in shape.rotations.items()}

    def channels_of(self, name: str) -> Mapping[str, str] | None:
        """A person's address for each channel; None for who is not one of ours."""
        return self._people.get(name)

    def address(self, name: str, channel: str, place: Place) -> str:
        """What that channel calls somebody: a person's address there, or what is written."""
        person = self._people.get(name)
        if person is None:
            meant = self._known.closest(name) if channel == "mail" else None
            if meant is not None:
                self._tell(place, f"nobody is called '{name}'", f"did you mean {meant}?")
            return name
        if channel not in person:
            self._tell(place, f"{name} has no address for {channel}", f"add one: people: {name}: {channel}: ADDRESS")
            return ""
        return person[channel]

    def on_call(self, name: str, channel: str, place: Place) -> Shift | None:
        """That rotation, with the addresses of its members."""
        if name not in self._rotations:
            close = difflib.get_close_matches(name, self._rotations, 1)
            self._tell(place, f"there is no rotation '{name}'", f"did you mean {close[0]}?" if close else "")
            return None
        shift = self._shifts[name]
        if shift is None:
            return None
        return Shift(
            name=name,
            members=tuple(self.address(member, channel, place) for member in shift.members),
            begins=shift.begins,
            seconds=shift.seconds,
            zone=shift.zone,
            clock=shift.clock,
            overrides=tuple(
                Override(begins=one.begins, ends=one.ends, member=self.address(one.member, channel, place))
                for one in shift.overrides
            ),
        )

    def _shift(self, name: str, rotation: Rotation) -> Shift | None:
        """The rotation with the names of people; None after a mistake."""
        place: Place = ("rotations", name)
        written = rotation.zone or self._zone
        if written is None:
            self._tell(place, "a time zone is needed", "write zone: here, or at the top of the file for everything")
            return None
        zone = read_zone(written)
        if not _SHORTEST <= rotation.every <= _LONGEST:
            self._tell((*place, "every"), "a turn lasts from an hour to a year", "")
            return None
        try:
            begins = self._moment((*place, "begins"), rotation.begins, zone)
            overrides = tuple(self._overrides(place, rotation, zone))
        except Mistaken:
            return None
        return Shift(
            name=name,
            members=rotation.members,
            begins=begins,
            seconds=rotation.every,
            zone=written,
            clock=zone,
            overrides=overrides,
        )

    def _overrides(self, place: Place, rotation: Rotation, zone: tzinfo) -> Iterator[Override]:
        known = Suggestions([*rotation.members, *self._people])
        for number, one in enumerate(rotation.overrides):
            yield self._override((*place, "overrides", number), one, zone, known)

    def _override(self, place: Place, one: OverrideShape, zone: tzinfo, known: Suggestions) -> Override:
        begins = self._moment((*place, "from"), one.from_, zone)
        ends = self._moment((*place, "to"), one.to, zone)
        if ends <= begins:
            self._tell((*place, "to"), "this ends before it begins", "")
            raise Mistaken
        meant = known.closest(one.member)
        if meant is not None:
            self._tell((*place, "member"), f"nobody is called '{one.member}'", f"did you mean {meant}?")
        return Override(begins=begins, ends=ends, member=one.member)

    def _moment(self, place: Place, text: str, zone: tzinfo) -> float:
        try:
            moment = read_moment(text, zone)
        except ValueError as error:
            self._tell(place, str(error), "")
            raise Mistaken from error
        if not _FIRST <= moment <= _LAST:
            self._tell(place, f"'{text}' is not in our time", "")
            raise Mistaken
        return moment
