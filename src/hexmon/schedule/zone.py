"""Local time as the machine has it, daylight saving included, for texts and calendars."""

import time
from datetime import UTC, datetime, timedelta, tzinfo


class MachineZone(tzinfo):
    """The zone of TZ or /etc/localtime, asked for each moment: it changes with the season."""

    def fromutc(self, dt: datetime) -> datetime:
        moment = dt.replace(tzinfo=UTC).timestamp()
        local = (dt + self._offset(moment)).replace(tzinfo=None)
        return local.replace(tzinfo=self, fold=local.timestamp() != moment)  # the hour that comes twice in autumn

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else self._offset(dt.replace(tzinfo=None).timestamp())

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002 - tzinfo's signature
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else time.localtime(dt.replace(tzinfo=None).timestamp()).tm_zone

    @staticmethod
    def _offset(moment: float) -> timedelta:
        return timedelta(seconds=time.localtime(moment).tm_gmtoff)
