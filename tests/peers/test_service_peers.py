"""Simple services as others wrote them: exim, dovecot, vsftpd, sshd, rsync, prosody, slapd, xymond; and xymonnet."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.protocols import built_in_services
from hexmon.probes.tcp import TcpOptions
from tests.support import daemons
from tests.support.checks import a_check, observed
from tests.support.peers import peer
from tests.support.servers import authority, closed_port
from tests.support.xymond import xymond

pytestmark = pytest.mark.peers

ROOT = Path(__file__).parents[2]
SERVICES = built_in_services()

DAEMONS: dict[Callable[[], AbstractContextManager[dict[str, int]]], tuple[str, ...]] = {
    daemons.exim: ("smtp", "strict", "smtps", "notls"),
    daemons.dovecot: ("imap", "imaps", "pop3", "pop3s"),
    daemons.vsftpd: ("ftp", "ftps"),
    daemons.sshd: ("ssh",),
    daemons.rsyncd: ("rsync",),
    daemons.prosody: ("xmpp",),
    daemons.slapd: ("ldap", "ldaps"),
}


class Ports:
    """The port of a service; its server is started when it is asked for first."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._known: dict[str, int] = {}

    def __getitem__(self, service: str) -> int:
        if service not in self._known:
            daemon = next(daemon for daemon, services in DAEMONS.items() if service in services)
            self._known |= self._stack.enter_context(daemon())
        return self._known[service]


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with ExitStack() as stack:
        yield Ports(stack)


@pytest.fixture(autouse=True)
def our_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority().cert_pem.write_to_path(str(tmp_path / "root.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))


async def probe(service: str, port: int, host: str = daemons.NAME, **options: Any) -> Reply:
    check = a_check("tcp", TcpOptions(service=SERVICES[service], port=port, **options), host=host, timeout=20.0)
    return (await observed(check)).reply


PLAIN = {
    "smtp": b"220 mail.test ESMTP Exim",
    "imap": b"* OK ",
    "pop3": b"+OK ",
    "ftp": b"220 (vsFTPd",
    "ssh": b"SSH-2.0-OpenSSH",
    "rsync": b"@RSYNCD: ",
    "xmpp": b"<?xml version='1.0'?><stream:stream ",
    "ldap": b"",
}
OVER_TLS = {
    "smtps": b"220 mail.test ESMTP Exim",
    "imaps": b"* OK ",
    "pop3s": b"+OK ",
    "ftps": b"220 (vsFTPd",
    "ldaps": b"",
}
UPGRADED = ("smtp", "imap", "pop3", "ftp", "xmpp", "ldap")


@pytest.mark.parametrize("service", PLAIN)
async def test_in_plain_text(ports: Ports, service: str) -> None:
    reply = await probe(service, ports[service])
    assert (reply.outcome, reply.summary) == (Outcome.OK, "OK")
    assert reply.evidence.startswith(PLAIN[service])
    assert reply.certificates == ()


@pytest.mark.parametrize("service", OVER_TLS)
async def test_over_tls(ports: Ports, service: str) -> None:
    reply = await probe(service, ports[service])
    assert (reply.outcome, reply.summary) == (Outcome.OK, "OK")
    assert reply.evidence.startswith(OVER_TLS[service])
    (certificate,) = reply.certificates
    assert (certificate.trusted, certificate.distrust) == (True, "")


@pytest.mark.parametrize("service", UPGRADED)
async def test_from_plain_text_to_tls(ports: Ports, service: str) -> None:
    reply = await probe(service, ports[service], starttls=SERVICES[service].way_to_tls)
    assert (reply.outcome, reply.summary, reply.detail) == (Outcome.OK, "OK", "")
    (certificate,) = reply.certificates
    assert (certificate.names, certificate.trusted, certificate.service) == ((daemons.NAME,), True, "tcp")
    assert [phase.name for phase in reply.phases] == ["connect", "banner", "tls"]


@pytest.mark.parametrize("service", [*OVER_TLS, *(name for name in UPGRADED if name != "xmpp")])
async def test_a_certificate_for_another_name(ports: Ports, service: str) -> None:
    reply = await probe(service, ports[service], host="www.test", starttls=SERVICES[service].way_to_tls)
    assert reply.outcome is Outcome.OK
    assert reply.certificates[0].distrust == "is for mail.test, not for www.test"


async def test_a_domain_that_prosody_does_not_serve(ports: Ports) -> None:
    refused = await probe("xmpp", ports["xmpp"], host="chat.test", starttls="xmpp")
    assert refused.outcome is Outcome.UNEXPECTED
    assert b"host-unknown" in refused.evidence
    told = await probe("xmpp", ports["xmpp"], host="chat.test", starttls=f"xmpp:{daemons.NAME}")
    assert told.outcome is Outcome.OK


async def test_a_mail_server_that_refuses_who_talks_first(ports: Ports) -> None:
    for _ in range(5):
        reply = await probe("smtp", ports["strict"])
        assert (reply.outcome, reply.evidence[:4]) == (Outcome.OK, b"220 ")
    upgraded = await probe("smtp", ports["strict"], starttls="smtp")
    assert upgraded.outcome is Outcome.OK


async def test_a_mail_server_without_tls(ports: Ports) -> None:
    reply = await probe("smtp", ports["notls"], starttls="smtp")
    assert (reply.outcome, reply.summary) == (Outcome.UNEXPECTED, "the server does not offer STARTTLS")
    assert reply.evidence.startswith(b"220 mail.test ESMTP Exim")


async def test_two_services_mixed_up(ports: Ports) -> None:
    assert (await probe("smtp", ports["imap"])).outcome is Outcome.UNEXPECTED
    assert (await probe("imaps", ports["imap"])).outcome is Outcome.TLS
    assert (await probe("imap", ports["smtp"], starttls="imap")).outcome is Outcome.UNEXPECTED


async def test_bbd_is_a_monitor() -> None:
    with xymond("127.0.0.1 www\n") as daemon:
        reply = await probe("bbd", daemon.port)
    assert (reply.outcome, reply.evidence) == (Outcome.OK, b"")


_COLOR = re.compile(r"^status\S* (\S+?)\.\w+ (\w+) ", re.MULTILINE)


def _colors(output: bytes) -> dict[str, str]:
    """By host; xymonnet pads its first line with NULs, and the first message follows them on the same line."""
    text = output.decode("latin-1").replace("\0", "").replace(" status+", "\nstatus+")
    return {host.replace(",", "."): color for host, color in _COLOR.findall(text)}


def _xymonnet(hosts: Path, folder: Path) -> dict[str, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "XYMONHOME": str(folder),
        "HOSTSCFG": str(hosts),
        "XYMONTMP": str(folder / "tmp"),
        "CONNTEST": "FALSE",
        "NETFAILTEXT": "not OK",
        "MACHINE": "lab",
        "XYMSRV": "127.0.0.1",
    }
    command: list[str | Path] = [peer("xymonnet"), "--no-update", "--checkresponse", "--dns=ip", "--timeout=10"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    return _colors(done.stdout)


def _hexmon(hosts: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "hexmon", "sweep", "--hosts", str(hosts), "--no-submit"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    return _colors(done.stdout)


def test_the_same_colours_as_xymonnet(ports: Ports, tmp_path: Path) -> None:
    """Each real server as itself, as another service, and a port that nobody listens on."""
    peer("xymonnet")
    for name in ("etc", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "etc" / "protocols.cfg").write_bytes(Path("/etc/xymon/protocols.cfg").read_bytes())
    tags = [f"{name}:{ports[name]}" for name in (*PLAIN, *OVER_TLS) if name != "xmpp"]
    tags += [f"{name}:{ports['rsync']}" for name in ("smtp", "vnc", "qmtp", "svn", "telnet")]
    tags += [f"{name}:{ports['ssh']}:s" for name in ("lpd", "ldap", "qmqp")]
    tags += [f"!{name}:{ports['imap']}" for name in ("pop3", "lpd")]
    tags += [f"smtp:{closed_port()}", f"!smtp:{closed_port()}"]
    hosts = tmp_path / "hosts.cfg"
    lines = [f"127.0.0.1 host{number}.test # testip noconn nosslcert {tag}" for number, tag in enumerate(tags)]
    hosts.write_text("\n".join(lines) + "\n")
    ours, theirs = _hexmon(hosts), _xymonnet(hosts, tmp_path)
    assert len(ours) == len(theirs) == len(tags)
    # Session tickets of TLS 1.3 hide a banner from xymonnet at times.
    flapping = {f"host{number}.test" for number, tag in enumerate(tags) if tag.partition(":")[0] in OVER_TLS}
    assert {ours[host] for host in flapping} == {"green"}
    steady = set(ours) - flapping
    assert {host: ours[host] for host in steady} == {host: theirs[host] for host in steady}
    assert set(ours.values()) == {"green", "yellow", "red"}
