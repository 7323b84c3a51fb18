"""/probe of a whole hexmon beside the real blackbox_exporter: the same modules, targets and figures."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
import trustme

from tests.support.daemons import running_daemon
from tests.support.monitor import Running, free_port, monitor
from tests.support.peers import peer
from tests.support.servers import closed_port

pytestmark = pytest.mark.peers

MODULES = r"""
modules:
  http_2xx: {prober: http, timeout: 5s}
  lax: {prober: http, timeout: 5s, http: {tls_config: {insecure_skip_verify: true}}}
  stay: {prober: http, timeout: 5s, http: {follow_redirects: false, valid_status_codes: [302]}}
  not_found: {prober: http, timeout: 5s, http: {valid_status_codes: [404]}}
  body: {prober: http, timeout: 5s, http: {fail_if_body_not_matches_regexp: ['we\w+ome']}}
  no_body: {prober: http, timeout: 5s, http: {fail_if_body_matches_regexp: ["welcome"]}}
  header: {prober: http, timeout: 5s, http: {fail_if_header_not_matches: [{header: X-Kind, regexp: "^test$"}]}}
  no_header: {prober: http, timeout: 5s, http: {fail_if_header_matches: [{header: X-Kind, regexp: "^test$"}]}}
  lacks: {prober: http, timeout: 5s, http: {fail_if_header_matches: [{header: X-None, regexp: "x"}]}}
  may_lack: {prober: http, timeout: 5s, http: {fail_if_header_matches: [{header: X-N, regexp: x, allow_missing: true}]}}
  only_tls: {prober: http, timeout: 5s, http: {fail_if_not_ssl: true}}
  version: {prober: http, timeout: 5s, http: {valid_http_versions: ["HTTP/1.0"]}}
  post: {prober: http, timeout: 5s, http: {method: POST, body: "x=1"}}
  tcp: {prober: tcp, timeout: 2s}
  tcp_tls: {prober: tcp, timeout: 2s, tcp: {tls: true, tls_config: {insecure_skip_verify: true}}}
  tcp_strict: {prober: tcp, timeout: 2s, tcp: {tls: true}}
  talk:
    prober: tcp
    timeout: 2s
    tcp: {query_response: [{send: "GET / HTTP/1.0\r\n\r"}, {expect: "^HTTP/1.1 (200)", send: "${1}"}]}
  no_talk: {prober: tcp, timeout: 2s, tcp: {query_response: [{send: "GET / HTTP/1.0\r\n\r"}, {expect: "^SMTP"}]}}
"""
SITE = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; root {folder}/root;
  server {{
    listen 127.0.0.1:{plain}; listen 127.0.0.1:{tls} ssl http2;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    add_header X-Kind test;
    location /moved {{ return 302 /; }}
    location /post {{ return 204; }}
  }}
}}
"""
# What is a matter of the clock, of the wording of another library, or written in docs/blackbox.md as different.
TIMES = re.compile(r"probe_(duration_seconds|dns_lookup_time_seconds)$|phase=")
ELSEWHERE = re.compile(r"probe_ssl_last_chain_info")


@dataclass
class Lab:
    ours: Running
    theirs: int
    plain: int
    tls: int

    def ask(self, port: int, module: str, target: str) -> dict[str, float]:
        with urlopen(f"http://127.0.0.1:{port}/probe?module={module}&target={quote(target)}", timeout=20) as answer:
            text = answer.read().decode()
        rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("blackbox")
    (folder / "root").mkdir()
    (folder / "root" / "index.html").write_text("welcome\n")
    plain, tls, theirs = free_port(), free_port(), free_port()
    _certificate(folder)
    (folder / "nginx.conf").write_text(SITE.format(folder=folder, plain=plain, tls=tls))
    (folder / "blackbox.yml").write_text(MODULES)
    exporter = [
        str(peer("prometheus-blackbox-exporter")),
        f"--config.file={folder / 'blackbox.yml'}",
        f"--web.listen-address=127.0.0.1:{theirs}",
        "--log.level=error",
    ]
    with ExitStack() as stack:
        stack.enter_context(running_daemon([peer("nginx"), "-c", folder / "nginx.conf"], folder, [plain, tls]))
        stack.enter_context(running_daemon(exporter, folder, [theirs]))
        modules = str(folder / "blackbox.yml")
        ours = stack.enter_context(monitor(folder / "hexmon", hosts="", HEXMON_FILES__BLACKBOX=modules))
        yield Lab(ours, theirs, plain, tls)


def _certificate(folder: Path) -> None:
    issued = trustme.CA().issue_cert("localhost", "127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(folder / "cert.pem", append=number > 0)


CASES = [
    ("http_2xx", "{plain}"),
    ("http_2xx", "{plain}/moved"),
    ("http_2xx", "{plain}/missing"),
    ("http_2xx", "https://127.0.0.1:{tls}/"),
    ("lax", "https://127.0.0.1:{tls}/"),
    ("stay", "{plain}/moved"),
    ("not_found", "{plain}/missing"),
    ("body", "{plain}"),
    ("no_body", "{plain}"),
    ("header", "{plain}"),
    ("no_header", "{plain}"),
    ("lacks", "{plain}"),
    ("may_lack", "{plain}"),
    ("only_tls", "{plain}"),
    ("version", "{plain}"),
    ("post", "{plain}/post"),
    ("http_2xx", "{closed}"),
    ("tcp", "{plain}"),
    ("tcp", "{closed}"),
    ("tcp_tls", "127.0.0.1:{tls}"),
    ("tcp_strict", "127.0.0.1:{tls}"),
    ("talk", "{plain}"),
    ("no_talk", "{plain}"),
]


@pytest.mark.parametrize(("module", "target"), CASES)
def test_the_same_figures(lab: Lab, module: str, target: str) -> None:
    words = {"plain": f"127.0.0.1:{lab.plain}", "tls": lab.tls, "closed": f"127.0.0.1:{closed_port()}"}
    target = target.format(**words)
    theirs, ours = lab.ask(lab.theirs, module, target), lab.ask(lab.ours.web, module, target)
    assert _names(theirs) - _names(ours) == set()
    for name in theirs.keys() & ours.keys():
        if not TIMES.search(name):
            assert ours[name] == theirs[name], name


def _names(figures: dict[str, float]) -> set[str]:
    return {name for name in figures if not ELSEWHERE.match(name)}


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        pytest.param("target=127.0.0.1&module=http_2x", 400, b"did you mean 'http_2xx'", id="an unknown module"),
        pytest.param("module=tcp&target=127.0.0.1", 400, b"no port", id="a target without a port"),
        pytest.param("", 400, b"target", id="no target"),
    ],
)
def test_questions_without_sense_are_refused(lab: Lab, query: str, status: int, words: bytes) -> None:
    code, text = lab.ours.get(f"/probe?{query}")
    assert (code, words in text) == (status, True), text


def test_others_may_not_make_hexmon_reach_out(lab: Lab, tmp_path: Path) -> None:
    with monitor(tmp_path, hosts="", HEXMON_BLACKBOX__ALLOW='["192.0.2.0/24"]') as ours:
        code, text = ours.get(f"/probe?module=tcp_connect&target=127.0.0.1:{lab.plain}")
    assert code == 403
    assert b"[blackbox] allow" in text
