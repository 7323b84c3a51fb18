"""From a template to a response: what is on every page, compression, and 304 for what has not changed."""

import gzip
import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hexmon.model.color import Color
from hexmon.model.names import StatusKey
from hexmon.web import alerting, words
from hexmon.web.ages import age, moment_tag, time_tag
from hexmon.web.assets import Assets
from hexmon.web.context import WebContext
from hexmon.web.live import Live
from hexmon.web.matrix import Node, page_sets, trail, tree
from hexmon.web.negotiate import has_already, takes_gzip
from hexmon.web.squares import picture, picture_page, url
from hexmon.web.text import GLYPH

KEPT = 32  # pages held ready
PACKED_FROM = 1400  # bytes: smaller answers fit a packet as they are


@dataclass(frozen=True)
class Drawn:
    """A page's HTML, and the moment after which it would read differently though nothing changed."""

    html: str
    until: float = -math.inf
    status: int = 200


class _Ready:
    """A page held ready for the next one who asks."""

    def __init__(self, drawn: Drawn, version: int) -> None:
        self.version = version
        self.until = drawn.until
        self.status = drawn.status
        self.body = drawn.html.encode("utf-8", "replace")
        self.etag = f'W/"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'
        self._packed = b""

    def answer(self, request: Request) -> Response:
        headers = {"ETag": self.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if self.status == 200 and has_already(request.headers, self.etag):
            return Response(status_code=304, headers=headers)
        body = self.body
        if len(body) >= PACKED_FROM and takes_gzip(request.headers):
            # A page has the same words thousands of times: the fastest level already makes a tenth of it.
            self._packed = self._packed or gzip.compress(body, 1, mtime=0)
            body = self._packed
            headers["Content-Encoding"] = "gzip"
        return Response(body, self.status, headers, media_type="text/html")


class Renderer:
    """What all pages share. `page(...)` makes HTML, `cached(...)` and `answer(...)` make responses."""

    def __init__(self, context: WebContext, live: Live) -> None:
        self.context = context
        self.live = live
        self.assets = Assets()
        self._ready: OrderedDict[str, _Ready] = OrderedDict()
        self._nav: tuple[int, Node | None] = (-1, None)
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            asset=self.assets.url,
            sprite=self.assets.sprite,
            glyph=GLYPH,
            url=url,
            picture=picture,
            picture_page=picture_page,
            Color=Color,
            color_word=words.COLOR,
            words=words.TEXT,
            script_words=msgspec.json.encode(words.SCRIPT).decode(),
            moment=moment_tag,
            length=lambda seconds: age(seconds)[0],
            recipient=alerting.recipient,
            took=alerting.took,
            kind_words=alerting.kind_words,
            attempts_words=alerting.attempts_words,
            state_word=words.STATE,
            end_word=words.END,
            never=math.inf,
        )

        for name in self._environment.list_templates():
            self._environment.get_template(name)  # compiled now rather than while somebody waits

    def now(self) -> float:
        """Epoch seconds UTC."""
        return self.context.clock.now()

    def page(self, template: str, path: str = "", **values: Any) -> str:
        """A template with what is on every page; `path` is the page whose colours the top bar shows."""
        live, now = self.live, self.now()
        inventory = self.context.board.inventory
        path = path if path in inventory.pages else ""
        scope = live.scope(path)
        common: dict[str, Any] = {
            "title": self.context.title,
            "path": path,
            "scope": scope,
            "nav": self._tree(),
            "sets": page_sets(inventory, live.page_colors()),
            "critical": live.critical(),
            "has_sites": bool(inventory.sites),
            "trail": trail(inventory, path),
            "version": scope.version,
            "boot": live.boot,
            "live": "",
            "watched": StatusKey("", ""),
            "ago": lambda moment: time_tag(moment, now),
        }
        return self._environment.get_template(template).render(common | values)

    def part(self, template: str, **values: Any) -> str:
        """A template by itself."""
        now = self.now()
        return self._environment.get_template(template).render({"ago": lambda moment: time_tag(moment, now)} | values)

    def _tree(self) -> Node:
        version, node = self._nav
        if node is None or version != self.live.version:
            node = tree(self.context.board.inventory, self.live.page_colors())
            self._nav = (self.live.version, node)
        return node

    def answer(self, request: Request, drawn: Drawn) -> Response:
        """A page made for this request alone."""
        return _Ready(drawn, 0).answer(request)

    async def cached(self, request: Request, key: str, draw: Callable[[], Drawn]) -> Response:
        """The page as it was drawn before under this name, if it would still be drawn so."""
        await self.live.catch_up()
        ready = self._ready.get(key)
        if ready is None or ready.version != self.live.version or self.now() >= ready.until:
            version = self.live.version
            ready = self._ready[key] = _Ready(draw(), version)
            while len(self._ready) > KEPT:
                self._ready.popitem(last=False)
        self._ready.move_to_end(key)
        return ready.answer(request)
