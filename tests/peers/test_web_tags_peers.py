"""Tags that fetch URLs, read by xymonnet and by hexmon: the same squares, and the same requests on the wire.

Left out is what docs/hosts.cfg.md lists as done otherwise: `nosoap`, files that are missing, `#part`, unknown letters.
"""

import http.server
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hexmon.cli import main
from hexmon.inventory.source import HostsSource
from tests.support.netlab import prepare, xymonnet
from tests.support.peers import peer

pytestmark = pytest.mark.peers

STATUS = re.compile(r"^\s*status\S* \S+\.(\S+) \w+ ", re.MULTILINE)
COMPARED = ("content-type", "soapaction", "authorization", "proxy-authorization", "host", "x-extra", "cookie")


class Request(NamedTuple):
    """What is compared of one request."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Heard(http.server.BaseHTTPRequestHandler):
    """Answers everything with a page and remembers what was asked."""

    requests: list[Request]
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        told = tuple((name, headers[name]) for name in COMPARED if name in headers)
        agent = headers.get("user-agent", "")
        told += () if "/" in agent else (("user-agent", agent),)  # the programs' own names have a version
        self.requests.append(Request(self.command, self.path, told, body))
        page = b"" if self.command == "HEAD" else b"hello world"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Lab(NamedTuple):
    """A home for both, and a web server on loopback."""

    program: Path
    folder: Path
    port: int
    heard: list[Request]

    def hosts(self, tags: str) -> Path:
        path = self.folder / "hosts.cfg"
        path.write_text(f"127.0.0.1 www.test # noping testip {tags.replace('PORT', str(self.port))}\n")
        return path

    def theirs(self, tags: str) -> tuple[set[str], Counter[Request]]:
        """The squares that xymonnet makes, and what it asks."""
        self.heard.clear()
        output = xymonnet(str(self.program), self.folder, str(self.hosts(tags)))
        return set(STATUS.findall(output.replace("\0", ""))) - {"conn"}, Counter(self.heard)

    def ours(self, tags: str, capsys: pytest.CaptureFixture[str] | None) -> tuple[set[str], Counter[Request]]:
        """The same of hexmon."""
        path = self.hosts(tags)
        inventory = HostsSource(path, self.folder / "etc" / "protocols.cfg").load()
        checks = [check for check in inventory.hosts["www.test"].checks if check.probe == "http"]
        squares = {check.key.test for check in checks} | {check.column for check in checks if check.column}
        if capsys is None:
            return squares, Counter()
        self.heard.clear()
        assert main(["sweep", "--hosts", str(path), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)
        return squares, Counter(self.heard)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    program = peer("xymonnet")
    folder = tmp_path_factory.mktemp("home")
    prepare(folder)
    for name, text in {
        "content/www,test.substring": "h.l+o\nmore\n",
        "etc/cookies": "127.0.0.1\tFALSE\t/cookies\tFALSE\t4000000000\tname\tvalue\n",
        "soap.xml": "<a>\n  <b/>\n</a>\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    heard: list[Request] = []
    handler = type(
        "Handler", (Heard,), {"requests": heard, **dict.fromkeys(("do_GET", "do_POST", "do_HEAD"), Heard.answer)}
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Lab(program, folder, server.server_address[1], heard)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param("http://127.0.0.1:PORT/a;b=c%3Bd?e", id="a URL"),
        pytest.param("http=web;http://127.0.0.1:PORT/a;b", id="a column of its own"),
        pytest.param("httphead=head;http://127.0.0.1:PORT/a httphead;http://127.0.0.1:PORT/b", id="headers only"),
        pytest.param("httpstatus=s;http://127.0.0.1:PORT/a;2..;404 httpstatus;http://127.0.0.1:PORT/b;2;", id="status"),
        pytest.param("cont;http://127.0.0.1:PORT/a%3Bb;hello;more", id="content"),
        pytest.param("cont;http://127.0.0.1:PORT/a", id="content without an expression or a semicolon"),
        pytest.param("content=http://127.0.0.1:PORT/a", id="content by a file of the host"),
        pytest.param(r"post;http://127.0.0.1:PORT/a;x=\x20\\\n\r\t\x4a\x3by;hello", id="data with escapes"),
        pytest.param("post=p;http://127.0.0.1:PORT/a;x=y", id="data, no semicolon behind it"),
        pytest.param("post;http://127.0.0.1:PORT/a;x=y", id="and no column"),
        pytest.param("post;http://127.0.0.1:PORT/a;x=y;", id="data, no expression"),
        pytest.param(r"post;http://127.0.0.1:PORT/a;(Content-Type=text/xml\x3bx=y)<a/>;x", id="data of a type"),
        pytest.param("nopost=n;http://127.0.0.1:PORT/a;;x", id="no data, nothing forbidden comes"),
        pytest.param("soap=s;http://u:p@127.0.0.1:PORT/a;file:FOLDER/soap.xml;x", id="a SOAP message in a file"),
        pytest.param("soap;http10://127.0.0.1:PORT/a;(content-type=text/xml)<a/>;x", id="a SOAP message of a type"),
        pytest.param("type;http://127.0.0.1:PORT/a;text/html", id="a type"),
        pytest.param('"cont;http://127.0.0.1:PORT/a;hello world"', id="a quoted tag"),
        pytest.param("http://u%40x:p%3aq%2f@127.0.0.1:PORT/a@b", id="escaped credentials"),
        pytest.param("http://www.test:PORT=127.0.0.1/a=b", id="an address"),
        pytest.param('browser="My browser" httphdr="X-Extra: a b" http://127.0.0.1:PORT/a', id="headers of the host"),
        pytest.param(r"httphdr=X-Extra:a\nX-B:c post;http://127.0.0.1:PORT/a;x", id="a header is sent as written"),
        pytest.param("http://127.0.0.1:PORT/cookies/", id="a cookie"),
        pytest.param("http://127.0.0.1:PORT/elsewhere", id="no cookie elsewhere"),
    ],
)
def test_one_tag(tags: str, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    tags = tags.replace("FOLDER", str(lab.folder))
    assert lab.ours(tags, capsys) == lab.theirs(tags)


SPECS = [
    "{}", "http{};{}", "httphead{};{}", "httpstatus{};{};2..;", "cont{};{};x", "nocont{};{};x", "type{};{};x/y",
    "post{};{};d", "post{};{};d;", "nopost{};{};d;x", "soap{};{};d;x", "cont{};{};", "content={}",
]  # fmt: skip


@st.composite
def a_line(draw: st.DrawFn) -> str:
    """Tags for different pages, some with a column."""
    tags = []
    for number, spec in enumerate(draw(st.lists(st.sampled_from(SPECS), max_size=8))):
        url = f"http://127.0.0.1:PORT/{number}"
        column = draw(st.sampled_from(("", "", "=mine", "=content1", "=Other-2")))
        prefix = draw(st.sampled_from(("", "", "", "?", "~")))
        tags.append(prefix + (spec.format(column, url) if spec.count("{}") == 2 else spec.format(url)))
    return " ".join(tags)


@given(tags=a_line())
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_names_of_many_squares(tags: str, lab: Lab) -> None:
    assert lab.ours(tags, None)[0] == lab.theirs(tags)[0]
