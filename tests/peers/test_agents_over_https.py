"""Debian's real client reports by every way that docs/howto shows: it is heard with the right password only."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from passlib.hash import apr_md5_crypt, bcrypt, ldap_sha1

from tests.support.monitor import ROOT, Running, free_port, monitor, wait_for
from tests.support.peers import peer
from tests.support.servers import authority
from tests.support.web_fronts import HOWTO, apache_front, nginx_front

pytestmark = pytest.mark.peers

Front = Callable[[Path, int], AbstractContextManager[int]]

AGENT = "127.0.0.9"  # where good agents call from: not the address of the proxies
SQUARES = {"cpu", "disk", "inode", "memory", "procs"}
LOCAL = "log:/var/log/none:10240\nignore debug\n"
OLD = "log:/var/log/old:10240\n"
PASSWORDS = {"curl": "käse & brot", "wget": "w g%t", "send": "a:b c"}
PROGRAMS = tuple(PASSWORDS)
FRONTS = ("direct", "nginx", "apache")
GOOD = ("tcp", *(f"{program}-{front}" for program in PROGRAMS for front in FRONTS))
BAD = tuple(f"bad-{way}" for way in GOOD if way != "tcp")


def host_of(way: str) -> str:
    return f"{way}.example.com"


def address_of(way: str) -> str:
    """Where that client calls from: who fails again and again is made to wait, and must not make others wait."""
    return f"127.0.0.{100 + BAD.index(way)}" if way in BAD else AGENT


@dataclass
class Client:
    """An installation of Debian's client: its programs, files of its own, and the program that sends."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """One round of xymonclient.sh."""
        script = peer("xymonclient.sh")
        with (self.home / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [script],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def finish(self) -> None:
        """Wait for it; the vmstat that it leaves behind for five minutes ends, too."""
        assert self.process is not None
        try:
            assert self.process.wait(100) == 0, (self.home / "output").read_text(errors="replace")
        finally:
            os.killpg(self.process.pid, signal.SIGKILL)

    def say(self, message: str, stdin: str = "") -> str:
        """What a script of the client's ext folder does, and what it prints."""
        return self.run(message, stdin).stdout

    def run(self, message: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """The same, with its exit status and what it complains about."""
        command = [self.environment["XYMON"], self.environment["XYMSRV"], message]
        return subprocess.run(command, env=self.environment, input=stdin, capture_output=True, text=True, check=False)

    @property
    def configuration(self) -> Path:
        """Where it keeps what the server tells it to watch."""
        return self.home / "tmp" / f"logfetch.{self.environment['MACHINEDOTS']}.cfg"


class Site:
    """A monitor with its own TLS and behind both proxies; `clients` by their ways."""

    def __init__(self, folder: Path, running: Running, ports: dict[str, int]) -> None:
        self.folder = folder
        self.running = running
        self.ports = ports
        self.clients = {way: self._client(way) for way in (*GOOD, *BAD)}

    def _client(self, way: str) -> Client:
        script = peer("xymonclient.sh")
        home = self.folder / "clients" / way
        for name in ("tmp", "etc", "local"):
            (home / name).mkdir(parents=True)
        (home / "bin").symlink_to(script.parent)
        host = host_of(way)
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "src"),
            "XYMONHOME": str(home),
            "XYMONCLIENTHOME": str(home),
            "XYMONTMP": str(home / "tmp"),
            "XYMSRV": "127.0.0.1",
            "MACHINE": host.replace(".", ","),
            "MACHINEDOTS": host,
            "SERVEROSTYPE": "linux",
            "CONFIGCLASS": "",
            "LOGFETCHOPTS": "",
        }
        if way == "tcp":
            environment |= {"XYMON": str(peer("xymon")), "XYMONDPORT": str(self.running.messages)}
        else:
            program, front = way.removeprefix("bad-").split("-")
            password = "wrong" if way.startswith("bad-") else PASSWORDS[program]
            environment |= {
                "XYMON": str(getattr(self, f"_{program}")(home, password, address_of(way))),
                "XYMONMSGURL": "/xymon-msg",
                "XYMONMSGURLPROTO": "https",
                "XYMONMSGURLPORT": str(self.ports[front]),
            }
        client = Client(home, environment)
        client.configuration.write_text(OLD)
        return client

    def _curl(self, home: Path, password: str, address: str) -> Path:
        peer("curl")
        lines = f'user = "curl:{password}"\ncacert = "{self.folder}/ca.pem"\ninterface = {address}\n'
        (home / "etc" / "curl.cfg").write_text(lines)
        return HOWTO / "xymon-curl.sh"

    def _wget(self, home: Path, password: str, address: str) -> Path:
        peer("wget")
        lines = f"user = wget\npassword = {password}\nca_certificate = {self.folder}/ca.pem\nbind_address = {address}\n"
        lines += "auth_no_challenge = on\n"
        (home / "etc" / "wget.cfg").write_text(lines)
        return HOWTO / "xymon-wget.sh"

    def _send(self, home: Path, password: str, address: str) -> Path:  # noqa: ARG002 - it cannot choose
        script = home / "etc" / "send"
        program = f"'{sys.executable}' -m hexmon"
        options = f"--user 'send:{password}' --ca '{self.folder}/ca.pem'"
        lines = (f'test "$1" = --version && exec {program} --version', f'exec {program} send {options} "$@"')
        script.write_text("\n".join(("#!/bin/sh", *lines, "")))
        script.chmod(0o755)
        return script

    def row(self, way: str, test: str, fields: str) -> str:
        return self.running.ask(f"xymondboard host=^{host_of(way)}$ test=^{test}$ fields={fields}".encode()).decode()


@contextmanager
def site_in(folder: Path) -> Iterator[Site]:
    folder.chmod(0o755)
    certificate = authority().issue_cert("127.0.0.1", "localhost")
    (folder / "server.key").write_bytes(certificate.private_key_pem.bytes())
    (folder / "server.pem").write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))
    authority().cert_pem.write_to_path(str(folder / "ca.pem"))
    hashes = {
        "curl": bcrypt.using(rounds=6).hash(PASSWORDS["curl"]),
        "wget": apr_md5_crypt.hash(PASSWORDS["wget"]),
        "send": ldap_sha1.hash(PASSWORDS["send"]),
    }
    (folder / "clienthtpasswd").write_text("".join(f"{user}:{word}\n" for user, word in hashes.items()))
    secure = free_port()
    server = folder / "server"
    server.mkdir()
    (server / "client-local.cfg").write_text(f"[linux]\n{LOCAL}")
    (server / "hexmon.toml").write_text(f"""
[listen]
certificate = "{folder}/server.pem"
key = "{folder}/server.key"
[agents]
htpasswd = "{folder}/clienthtpasswd"
trusted_proxies = ["127.0.0.1"]
hosts = {{ curl = "*curl-*", wget = "%^(bad-)?wget-", send = ["send-*", "bad-send-*"] }}
""")
    hosts = "".join(f"127.0.0.1 {host_of(way)} # noconn\n" for way in (*GOOD, *BAD))
    with ExitStack() as stack:
        running = stack.enter_context(monitor(server, hosts, more_web=[f"https://127.0.0.1:{secure}"]))
        ports = {
            "direct": secure,
            "nginx": stack.enter_context(nginx_front(folder, running.web)),
            "apache": stack.enter_context(apache_front(folder, running.web)),
        }
        yield Site(folder, running, ports)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """All clients have reported once, at the same time: each takes five seconds, most of them asleep."""
    with tempfile.TemporaryDirectory(prefix="hexmon-test-") as name, site_in(Path(name)) as made:
        for client in made.clients.values():
            client.start()
        for client in made.clients.values():
            client.finish()
        yield made


@pytest.mark.parametrize("way", GOOD)
def test_the_client_reports_and_takes_its_configuration(site: Site, way: str) -> None:
    client = site.clients[way]
    sent = (client.home / "tmp" / f"msg.{host_of(way)}.txt").read_bytes()
    assert sent.startswith(b"client " + host_of(way).replace(".", ",").encode())
    assert site.running.ask(f"clientlog {host_of(way)}".encode()) == b"\n[collector:]\n" + sent
    assert client.configuration.read_text() == LOCAL


@pytest.mark.parametrize("way", GOOD)
def test_its_report_becomes_squares(site: Site, way: str) -> None:
    def squares() -> set[str] | None:
        rows = set(site.row(way, ".*", "testname").split())
        return rows if rows >= SQUARES else None

    wait_for(squares, 10, SQUARES)
    expected = AGENT if way.startswith(("curl", "wget")) else "127.0.0.1"
    assert site.row(way, "cpu", "sender").strip() == expected


@pytest.mark.parametrize("way", GOOD)
def test_its_scripts_report_and_ask(site: Site, way: str) -> None:
    client = site.clients[way]
    assert client.say("ping").startswith("xymond 4.")
    assert client.say(f"status {host_of(way)}.backup yellow 50% & rising + more") == ""
    assert site.row(way, "backup", "color,line1") == "yellow|yellow 50% & rising + more\n"
    assert client.say(f"query {host_of(way)}.backup") == "yellow 50% & rising + more\n"
    several = "".join(f"status {host_of(way)}.s{number} green {number}\n" for number in range(3))
    assert client.say("-", several) == ""
    assert sorted(site.row(way, r"s\d", "testname").split()) == ["s0", "s1", "s2"]
    if way.startswith(("curl", "wget")):
        assert site.row(way, "backup", "sender") == f"{AGENT}\n"


@pytest.mark.parametrize("way", BAD)
def test_a_wrong_password_files_nothing_and_changes_no_file(site: Site, way: str) -> None:
    client = site.clients[way]
    assert client.configuration.read_text() == OLD
    done = client.run(f"status {host_of(way)}.backup green fine")
    assert (done.stdout, done.returncode) == ("", 1)
    assert re.search("401|failed with 6", done.stderr)
    assert site.row(way, ".*", "testname") == ""
    assert site.running.ask(f"clientlog {host_of(way)}".encode()) == b""


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_nobody_reports_for_the_hosts_of_others(site: Site, program: str, front: str) -> None:
    other = "wget" if program == "curl" else "curl"
    client = site.clients[f"{program}-{front}"]
    assert client.say(f"status {other}-{front}.example.com.planted-by-{program} red mine") == ""
    assert client.say(f"drop {program}-{front}.example.com") == ""
    assert site.row(f"{other}-{front}", f"planted-by-{program}", "color") == ""
    assert client.say("ping").startswith("xymond 4.")


@pytest.mark.parametrize("front", FRONTS)
def test_a_message_of_many_megabytes_is_taken(site: Site, front: str) -> None:
    """nginx would refuse it where nothing is said, and the old CGI program did."""
    host = host_of(f"curl-{front}")
    message = site.folder / f"big-{front}"
    message.write_bytes(f"client/big {host}.linux\n[big]\n".encode() + b"x" * 79 + b"\n" + b"y" * 5_000_000)
    client = site.clients[f"curl-{front}"]
    with message.open("rb") as stdin:
        command = [client.environment["XYMON"], "127.0.0.1", "@"]
        subprocess.run(command, env=client.environment, stdin=stdin, check=True, timeout=60)
    assert len(site.running.ask(f"clientlog {host} section=big".encode())) > 5_000_000


@pytest.mark.parametrize("front", ["nginx", "apache"])
@pytest.mark.parametrize("path", ["/xymon-msg", "/cgi-bin/bb-message.cgi", "/xymon-cgi/xymoncgimsg.cgi"])
@pytest.mark.parametrize("proof", [[], ["--user", "curl:wrong"]], ids=["no password", "a wrong one"])
def test_what_a_proxy_refuses_has_no_body(site: Site, front: str, path: str, proof: list[str]) -> None:
    assert _asked(site, f"https://127.0.0.1:{site.ports[front]}{path}", *proof) == ("401", "")


@pytest.mark.parametrize("front", [nginx_front, apache_front])
def test_a_proxy_without_a_monitor_answers_without_a_body(site: Site, front: Front) -> None:
    proof = ["--user", f"curl:{PASSWORDS['curl']}"]
    with tempfile.TemporaryDirectory(prefix="hexmon-test-") as name:
        Path(name).chmod(0o755)
        for needed in ("server.pem", "server.key", "clienthtpasswd"):
            shutil.copy(site.folder / needed, name)
        with front(Path(name), free_port()) as port:
            status, body = _asked(site, f"https://127.0.0.1:{port}/xymon-msg", *proof)
    assert (status in {"502", "503"}, body) == (True, "")


def _asked(site: Site, url: str, *options: str) -> tuple[str, str]:
    """The status and the body of a ping."""
    command = [
        "curl",
        "-s",
        "-w",
        "\n%{http_code}",
        "--cacert",
        str(site.folder / "ca.pem"),
        *options,
        "-d",
        "ping",
        url,
    ]
    body, _, status = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition("\n")
    return status, body
