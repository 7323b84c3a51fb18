"""What a page must contain: the probe's assertions beside the squares of the real `xymonnet --no-update`.

Left out, since xymonnet is wrong: `nocont` on a page without a body, bytes behind the Content-Length, answers cut
short.
"""

import asyncio
import hashlib
import os
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from hexmon.probes.http import Expectation, HttpOptions
from tests.support.checks import a_check, observed
from tests.support.peers import peer
from tests.support.servers import Dialogue, hangs_up, http_reply, replies, serve

pytestmark = pytest.mark.peers

COLORS = {True: "green", False: "red", None: "yellow"}
BIG = b"a" * 900_000 + b"NEEDLE"
HTML = b"<html><head><title>INHEAD</title></head><BODY class=x>INBODY</BODY>AFTER</html>"


def page(body: bytes, kind: str = "text/plain") -> Dialogue:
    return replies({b"": http_reply(body=body, headers=f"Content-Type: {kind}\r\n")})


def chunked(*parts: bytes) -> Dialogue:
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))
    return replies({b"": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body})


PAGES: dict[str, Dialogue] = {
    "plain": page(b"first\nNEEDLE in body\n"),
    "html": page(HTML, "text/html; charset=x"),
    "nul": page(b"abc\0NEEDLE"),
    "chunks": chunked(b"NEE", b"DLE"),
    "big": page(BIG),
    "endless": hangs_up(b"HTTP/1.1 200 OK\r\n\r\nNEEDLE"),
    "lines": hangs_up(b"HTTP/1.1 200 OK\nX: y\n\nNEEDLE"),
    "empty": replies({b"": b"HTTP/1.1 204 No Content\r\n\r\n"}),
}


class Case(NamedTuple):
    page: str
    tag: str
    text: str
    expectation: Expectation
    headers: bool = False


def body(name: str, text: str, *, headers: bool = False) -> Case:
    return Case(name, "cont", text, Expectation(what="body", wanted=text, headers=headers), headers)


def no_body(name: str, text: str) -> Case:
    return Case(name, "nocont", text, Expectation(what="body", wanted=text, negate=True))


def digest(name: str, algorithm: str, data: bytes) -> Case:
    text = f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
    return Case(name, "cont", f"#{text}", Expectation(what="digest", wanted=text))


def kind(name: str, text: str) -> Case:
    return Case(name, "type", text, Expectation(what="type", wanted=text))


def status(name: str, good: str, bad: str = "") -> Case:
    return Case(name, "httpstatus", f"{good};{bad}", Expectation(what="status", wanted=good, bad=bad))


CASES = [
    *(body(name, "NEEDLE") for name in PAGES),
    *(body("html", text) for text in ("INHEAD", "INBODY", "AFTER", "^<html", "inbody", "INB.DY[[:space:]]*</")),
    *(
        body("plain", text)
        for text in ("^NEEDLE", "first.NEEDLE", "body$", "body.$", "(first|second)", "X+", "[]N]E{2}D")
    ),
    *(body("plain", text) for text in ("(first", "*first", "first{", "[[:nothing:]]")),
    *(
        body("plain", text, headers=True)
        for text in ("^HTTP/1.1.200", "200.*NEEDLE", "^first", "Content-Length:", "Y-No")
    ),
    *(no_body(name, text) for name, text in (("plain", "NEEDLE"), ("plain", "ERROR"), ("nul", "NEEDLE"))),
    digest("chunks", "md5", b"NEEDLE"),
    digest("nul", "sha512", b"abc\0NEEDLE"),
    digest("nul", "sha1", b"abc"),
    digest("big", "sha256", BIG),
    *(kind("html", text) for text in ("TEXT/html", "text/htm", "text/html;charset=x")),
    *(kind("chunks", text) for text in ("text/html",)),
    *(
        status("plain", good, bad)
        for good, bad in (("200", ""), ("302", ""), ("302", "4.."), ("200", "2.."), ("", "2.."))
    ),
    *(status("empty", good) for good in ("2..", "20[0-3]", "^(?!2)")),
]


def write_hosts(path: Path, ports: dict[str, int]) -> None:
    lines = []
    for number, case in enumerate(CASES):
        flag = "headermatch" if case.headers else ""
        tag = f"{case.tag}=square;http://www.test:{ports[case.page]}=127.0.0.1/;{case.text}"
        lines.append(f"127.0.0.1 h{number}.test # noconn testip {flag} {tag}\n")
    path.write_text("".join(lines))


async def xymonnet(folder: Path, ports: dict[str, int]) -> dict[int, str]:
    """The colour of each case's square."""
    for name in ("etc", "tmp"):
        (folder / name).mkdir()
    (folder / "etc" / "protocols.cfg").write_text("")
    write_hosts(folder / "hosts.cfg", ports)
    environment = {
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
        "HOME": str(folder),
        "XYMONHOME": str(folder),
        "HOSTSCFG": str(folder / "hosts.cfg"),
        "XYMONTMP": str(folder / "tmp"),
        "PINGCOLUMN": "conn",
        "FPING": "true",
        "CONNTEST": "TRUE",
        "NETFAILTEXT": "not OK",
        "MACHINE": "lab",
        "XYMSRV": "127.0.0.1",
    }
    process = await asyncio.create_subprocess_exec(
        peer("xymonnet"), "--no-update", "--timeout=4", env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    found = re.findall(rb"^status\S* h(\d+),test\.square (\w+)", output.replace(b"\0", b"\n"), re.MULTILINE)
    return {int(number): color.decode() for number, color in found}


async def test_the_same_squares(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        ports = {name: await stack.enter_async_context(serve(dialogue)) for name, dialogue in PAGES.items()}
        theirs = await xymonnet(tmp_path, ports)
        ours: dict[int, str] = {}
        for number, case in enumerate(CASES):
            options = HttpOptions(
                url=f"http://www.test:{ports[case.page]}/", connect_to="127.0.0.1", expect=(case.expectation,)
            )
            reply = (await observed(a_check("http", options, address=""))).reply
            ours[number] = COLORS[reply.assertions[0].held]
    assert theirs.keys() == ours.keys()
    assert {
        CASES[number][:3]: (color, theirs[number]) for number, color in ours.items() if color != theirs[number]
    } == {}
