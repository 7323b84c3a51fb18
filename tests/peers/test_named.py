"""Asking a real BIND: records of every kind, answers that are cut, transfers, refusals."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexmon.model.observation import Outcome, Reply
from hexmon.probes.dns import DnsOptions, Lookup
from hexmon.probes.dns_message import record_type
from tests.support.checks import a_check, observed
from tests.support.peers import peer
from tests.support.servers import closed_port

pytestmark = pytest.mark.peers

_MOST_TRIES, _PAUSE = 100, 0.1
_CONFIGURATION = """
options {{
  directory "{folder}"; pid-file "{folder}/pid"; session-keyfile "{folder}/key"; lock-file none;
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; allow-transfer {{ 127.0.0.1; }}; dnssec-validation no; managed-keys-directory "{folder}";
}};
controls {{ }};
zone "lab.test" {{ type primary; file "{folder}/zone"; }};
zone "0.0.127.in-addr.arpa" {{ type primary; file "{folder}/reverse"; }};
"""
_ZONE = """$TTL 300
@ IN SOA ns admin 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
www IN A 127.0.0.2
www IN AAAA ::1
@ IN MX 10 mail
mail IN A 127.0.0.3
one IN CNAME two
two IN CNAME www
_http._tcp IN SRV 0 5 80 www
www IN CAA 0 issue "ca.test"
_443._tcp.www IN TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
bare IN TXT "nothing else"
"""
_REVERSE = """$TTL 300
@ IN SOA ns.lab.test. admin.lab.test. 1 3600 600 86400 60
@ IN NS ns.lab.test.
2 IN PTR www.lab.test.
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = peer("named")
    folder = tmp_path_factory.mktemp("named")
    chosen = closed_port()
    _write(folder, chosen)
    with subprocess.Popen(
        [program, "-g", "-n", "1", "-c", folder / "conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _await(process, chosen)
            yield chosen
        finally:
            process.terminate()


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Until it can be connected to; a refusal costs nothing, so that asking at once and again would prove nothing."""
    for _ in range(_MOST_TRIES):
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(_PAUSE)
            raise RuntimeError(f"named ended with status {status}")
    raise RuntimeError("named does not listen")


def _write(folder: Path, port: int) -> None:
    long = "\n".join(f'big IN TXT "{number:0200}"' for number in range(30))
    (folder / "zone").write_text(f"{_ZONE}{long}\n")
    (folder / "reverse").write_text(_REVERSE)
    (folder / "conf").write_text(_CONFIGURATION.format(folder=folder, port=port))


async def ask(port: int, *questions: str, transport: str = "udp") -> Reply:
    lookups = []
    for question in questions:
        kind, _, name = question.partition(":")
        lookups.append(Lookup(type=record_type(kind) or 0, name=name, written=question))
    options = DnsOptions(lookups=tuple(lookups), port=port, transport=transport)  # type: ignore[arg-type]
    return (await observed(a_check("dns", options, timeout=4.0))).reply


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("a:www.lab.test", "127.0.0.2"), ("aaaa:www.lab.test", "::1"), ("mx:lab.test", "mail.lab.test"),
        ("ns:lab.test", "ns.lab.test"), ("soa:lab.test", "86400"), ("a:one.lab.test", "127.0.0.2"),
        ("srv:_http._tcp.lab.test", "www.lab.test"), ("caa:www.lab.test", "ca.test"),
        ("tlsa:_443._tcp.www.lab.test", "0123456789abcdef"), ("ptr:127.0.0.2", "www.lab.test"),
        ("txt:bare.lab.test", "nothing else"), ("any:www.lab.test", "127.0.0.2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_records(port: int, question: str, said: str, transport: str) -> None:
    reply = await ask(port, question, transport=transport)
    assert reply.outcome is Outcome.OK
    assert said in reply.evidence.decode()


@pytest.mark.parametrize(
    ("question", "summary"),
    [
        pytest.param("a:nowhere.lab.test", "Name not found", id="no such name"),
        pytest.param("mx:www.lab.test", "No data", id="no such record"),
        pytest.param("a:www.elsewhere.test", "Server refused query", id="somebody else's zone"),
    ],
)
async def test_what_is_not_there(port: int, question: str, summary: str) -> None:
    reply = await ask(port, "a:www.lab.test", question)
    assert reply.outcome is Outcome.ERROR
    assert reply.summary.startswith(summary)
    assert (reply.facts["lookups"], reply.facts["failed"]) == (2, 1)


async def test_an_answer_too_long_for_udp(port: int) -> None:
    reply = await ask(port, "txt:big.lab.test")
    assert (reply.outcome, reply.facts["answers"]) == (Outcome.OK, 30)


async def test_a_whole_zone(port: int) -> None:
    reply = await ask(port, "axfr:lab.test")
    assert reply.outcome is Outcome.OK
    assert reply.facts["answers"] > 40
