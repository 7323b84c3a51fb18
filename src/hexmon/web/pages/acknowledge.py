"""Acknowledging by the link of a message: a small page for a phone, and what its form sends."""

from collections import deque

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hexmon.alerts.links import verify
from hexmon.model.incident import Incident
from hexmon.model.status import Status
from hexmon.model.text import readable
from hexmon.model.timespec import parse_duration_strict
from hexmon.web import words
from hexmon.web.ages import DAY, HOUR, MINUTE, age
from hexmon.web.forms import FormError, read_form
from hexmon.web.propagation import is_acknowledged
from hexmon.web.render import Drawn, Renderer
from hexmon.web.text import to_html

LINES = 12  # of the status text
LONGEST_NOTE = 500
LONGEST_NAME = 80
LONGEST_ACK = 366 * DAY
PRESETS = {"30m": 30 * MINUTE, "1h": HOUR, "4h": 4 * HOUR}
MORNING = 8  # o'clock, where the monitor is
OFTEN, WITHIN = 10, 60.0  # so many acknowledgements of one incident in so many seconds
REMEMBERED = 1000  # incidents
FINE = (200, "")


class Found(msgspec.Struct, frozen=True):
    """What a link leads to. `status` is there while there is something to acknowledge."""

    token: str
    incident: Incident | None
    status: Status | None


class AcknowledgePage:
    """`GET` and `POST /ack/COOKIE?t=TOKEN`. Looking changes nothing: mail programs and scanners follow links, too."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._context = renderer.context
        self._recent: dict[str, deque[float]] = {}

    async def show(self, request: Request) -> Response:
        """What is wrong, and the form."""
        found = await self._find(request)
        return self._page(request, found, {}) if isinstance(found, Found) else found

    async def take(self, request: Request) -> Response:
        """Acknowledge; then the page again, which says so. The token alone lets nobody else's page do it."""
        found = await self._find(request)
        if not isinstance(found, Found):
            return found
        fields: dict[str, str] = {}
        complaint = FINE
        if found.status is not None:
            try:
                fields = await read_form(request)
                complaint = await self._acknowledge(found, fields)
            except FormError:
                complaint = (413, words.TEXT["form_too_long"])
        if found.status is None or complaint is not FINE:
            return self._page(request, found, fields, complaint)
        return RedirectResponse(f"{request.url.path}?t={found.token}", 303)

    async def _acknowledge(self, found: Found, fields: dict[str, str]) -> tuple[int, str]:
        """File it; what stands in the way, with the status of the answer."""
        try:
            seconds = self._seconds(fields)
        except ValueError as error:
            return 422, str(error)
        cookie = found.status.cookie if found.status is not None else None
        if found.incident is not None and self._too_often(found.incident.id):
            return 429, words.TEXT["too_often"]
        whole_host = fields.get("host") == "yes"
        if cookie is None or not await self._context.acknowledge(cookie.number, seconds, _text(fields), whole_host):
            return 503, words.TEXT["not_acknowledged"]
        return FINE

    async def _find(self, request: Request) -> Found | Response:
        """What the link leads to, or the page that says that it leads nowhere."""
        token, cookie = request.query_params.get("t", ""), request.path_params["cookie"]
        known = cookie.isascii() and cookie.isdecimal() and len(cookie) < 20
        number = verify(self._context.link_key, int(cookie), token) if known else ""
        if not number:
            return self._draw(request, 404, message=words.TEXT["wrong_link"])
        incident = await self._context.alerts.incident(number)
        status = None if incident is None or incident.ended else self._context.board.status(incident.key)
        return Found(token, incident, status if status is not None and status.cookie is not None else None)

    def _page(
        self, request: Request, found: Found, fields: dict[str, str], complaint: tuple[int, str] = FINE
    ) -> Response:
        incident, square, now = found.incident, found.status, self._renderer.now()
        if incident is None or square is None:
            return self._over(request, incident)
        status, message = complaint
        text, _ = to_html(b"\n".join(square.text.split(b"\n")[:LINES]))
        return self._draw(
            request,
            status,
            message=message,
            key=incident.key,
            square=square,
            since=self._clock(incident.started),
            lasts=age(now - incident.started)[0],
            text=Markup(text),  # noqa: S704 - sanitised
            ack=square.acknowledged if is_acknowledged(square, now) else None,
            ack_until=self._clock(square.acknowledged.until) if square.acknowledged is not None else "",
            ack_text=readable(square.acknowledged.text) if square.acknowledged is not None else "",
            presets=[(name, words.TEXT[f"ack_{name}"], self._clock(now + length)) for name, length in PRESETS.items()],
            morning=self._clock(self._morning()),
            fields=fields,
        )

    def _over(self, request: Request, incident: Incident | None) -> Response:
        message = words.TEXT["over"]
        if incident is not None and incident.ended:
            message = f"{words.TEXT['over_after']} {age(incident.ended - incident.started)[0]}."
        return self._draw(request, 410, message=message, key=incident.key if incident is not None else None)

    def _draw(self, request: Request, status: int, **values: object) -> Response:
        html = self._renderer.part("ack.html", **{"title": self._context.title, "square": None, "key": None} | values)
        answer = self._renderer.answer(request, Drawn(html, status=status))
        answer.headers.update({"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
        return answer

    def _clock(self, moment: float) -> str:
        """`03:10 CET` where the monitor is; with the day when it is another one."""
        local = self._context.local(moment)
        today = self._context.local(self._renderer.now())
        day = "" if local.date() == today.date() else f"{local:%a %d %b} "
        return f"{day}{local:%H:%M} {local.tzname() or ''}".strip()

    def _seconds(self, fields: dict[str, str]) -> float:
        """For how long; what was written wins over what was ticked before. Raises ValueError with what is wrong."""
        chosen, written = fields.get("for", ""), fields.get("own", "").strip()
        if chosen == "morning" and not written:
            return self._morning() - self._renderer.now()
        seconds = parse_duration_strict(written) if written else PRESETS.get(chosen)
        if seconds is None:
            raise ValueError(words.TEXT["no_duration"])
        if not 0 < seconds <= LONGEST_ACK:
            raise ValueError(words.TEXT["not_so_long"])
        return seconds

    def _morning(self) -> float:
        """The next eight o'clock to come, if that is not within the hour."""
        local, now = self._context.local, self._renderer.now()
        eight = local(now + HOUR).replace(hour=MORNING, minute=0, second=0, microsecond=0).timestamp()
        eight += 0.0 if eight >= now + HOUR else DAY
        there = local(eight)  # where clocks are changed in between it is an hour before or after
        return eight + (MORNING - there.hour) * HOUR

    def _too_often(self, incident: str) -> bool:
        now = self._context.clock.monotonic()
        if len(self._recent) > REMEMBERED:
            self._recent.clear()
        recent = self._recent.setdefault(incident, deque(maxlen=OFTEN))
        if len(recent) == OFTEN and now - recent[0] < WITHIN:
            return True
        recent.append(now)
        return False


def _text(fields: dict[str, str]) -> str:
    """The note as an acknowledgement has it: what is done, and below it by whom."""
    note = _line(fields.get("note", ""), LONGEST_NOTE) or words.TEXT["acknowledged"]
    name = _line(fields.get("name", ""), LONGEST_NAME)
    return f"{note}\nAcked by: {name} (link)" if name else f"{note}\nAcked by: (link)"


def _line(text: str, most: int) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:most]
