"""The stylesheet, the scripts and the glyphs: read once, named by their content, kept by browsers for ever."""

import gzip
import hashlib
from pathlib import Path

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from hexmon.model.color import BY_WORD
from hexmon.web.negotiate import takes_gzip

STATIC = Path(__file__).with_name("static")
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """`url("hexmon.css")` is `/static/hexmon.1a2b3c4d5e.css`."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._urls: dict[str, str] = {}
        self._files: dict[str, tuple[str, bytes, bytes]] = {}
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"
            self._urls[path.name] = f"/static/{name}"
            self._files[name] = (_KINDS[path.suffix], content, gzip.compress(content, 9, mtime=0))
        self.sprite = Markup((folder / "glyphs.svg").read_text())  # noqa: S704 - our own file

    def url(self, name: str) -> str:
        """The path to link; KeyError for a file that does not exist."""
        return self._urls[name]

    async def serve(self, request: Request) -> Response:
        """`/static/NAME`."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            return Response("not found\n", 404, media_type="text/plain")
        kind, content, packed = found
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        if takes_gzip(request.headers):
            return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=kind)
        return Response(content, headers=headers, media_type=kind)

    async def favicon(self, request: Request) -> Response:
        """`/favicon-red.svg`."""
        color = request.path_params["color"]
        if color not in BY_WORD:
            return Response("not found\n", 404, media_type="text/plain")
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(favicon(color), headers=headers, media_type="image/svg+xml")


# An icon stands on the browser's own colours, light or dark: these are not those of the themes.
_FILLS = {
    "green": "#2e9e5b",
    "clear": "#8b949e",
    "blue": "#3b7dd8",
    "purple": "#9a5bd6",
    "yellow": "#e8a317",
    "red": "#e5282f",
}
_SHAPES = {
    "green": '<circle cx="16" cy="16" r="11" fill="{}"/>',
    "clear": '<circle cx="16" cy="16" r="10" fill="none" stroke="{}" stroke-width="4"/>',
    "blue": '<path d="M6 5h7v22H6zM19 5h7v22h-7z" fill="{}"/>',
    "purple": '<circle cx="16" cy="16" r="14" fill="{}"/><path d="M11 12a5 5 0 1 1 7 5q-2 1-2 4M16 25v.1"'
    ' fill="none" stroke="#fff" stroke-width="3.500" stroke-linecap="round"/>',
    "yellow": '<path d="M16 3 31 29H1z" fill="{}"/>',
    "red": '<rect x="1" y="1" width="30" height="30" rx="4" fill="{}"/>',
}


def favicon(color: str) -> str:
    """The glyph of a colour as an icon of 32 x 32."""
    shape = _SHAPES[color].format(_FILLS[color])
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{shape}</svg>'
