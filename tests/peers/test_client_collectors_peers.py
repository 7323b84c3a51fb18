"""z/OS, z/VM, z/VSE, MQ and SNMP: the squares of hexmon beside those of the real xymond_client."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from msgspec.structs import replace

from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.rules import (
    AddressSpaces,
    Channel,
    Cics,
    Getvis,
    Load,
    Memory,
    Mib,
    Paging,
    Port,
    Proc,
    Queue,
    Rule,
    Up,
    VirtualSize,
)
from hexmon.judge.clients.selection import Selected
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage
from tests.support.client_rules import HOST, NOW, a_client_message
from tests.support.xymond_client import Seen, judged_by_xymon

pytestmark = pytest.mark.peers

HOSTS = f"127.0.0.1 {HOST.name} #\n"
OPTIONS = ("--collectors=default,mqcollect,snmpcollect",)
ROUNDS = 40  # messages of each kind

E = Expression

Z_FILE = """
LOAD 80 90
UP 1h 7d red
PAGING 7 15
MAXUSER 70 80
MEMCSA 60 70
MEMESQA 57 66
VSIZE 60 80
GETVIS F1 80 97 50 55
CICS %^CICSP DSA 85 92 EDSA 50 60
PROC JES2 1 1 red
PROC %^tcp 2 3 yellow TRACK=stack
PROC VTAM 0 0 yellow
PORT LOCAL=%80$ STATE=Listen MIN=2 COLOR=yellow
"""
Z_RULES: tuple[Rule, ...] = (
    Load(warn=80, panic=90),
    Up(recent=3600.0, ancient=7 * 86400.0, color=Color.RED),
    Paging(warn=7, panic=15),
    AddressSpaces(kind="maxuser", warn=70, panic=80),
    Memory(kind="csa", warn=60, panic=70),
    Memory(kind="esqa", warn=57, panic=66),
    VirtualSize(warn=60, panic=80),
    Getvis(partition=E("F1"), warn=80, panic=97, warn_any=50, panic_any=55),
    Cics(application=E("%^CICSP"), warn_dsa=85, panic_dsa=92, warn_edsa=50, panic_edsa=60),
    Proc(pattern=E("JES2"), least=1, most=1),
    Proc(pattern=E("%^tcp"), least=2, most=3, color=Color.YELLOW, track="stack"),
    Proc(pattern=E("VTAM"), least=0, most=0, color=Color.YELLOW),
    Port(local=E("%80$"), state=E("Listen"), least=2, color=Color.YELLOW),
)
PARTS_FILE = "NPARTS 57 66\n"
PARTS_RULES: tuple[Rule, ...] = (AddressSpaces(kind="nparts", warn=57, panic=66),)


def up(random: Random) -> str:
    days, hours = random.choice([(0, 0), (0, 1), (6, 23), (7, 0), (7, 1), (400, 2)])
    return f"[uptime]\nUptime: {days} Days, {hours} Hours, {random.choice([0, 1, 59])} Minutes\n"


def disks(random: Random, capacity: str) -> str:
    rows = "".join(f"{name} 1000 910 90 {random.choice([5, 89, 90, 94, 95, 100])}% {name}\n" for name in ("A", "B"))
    df = f"[df]\nFilesystem 1024-blocks Used Available {capacity} Mounted on\n{rows}"
    return f"{df}[ports]\nTCP x y *..80 *..* Listen\n[ifstat]\neth0 1 2\n"


def load(random: Random) -> int:
    return random.choice([0, 5, 79, 80, 81, 89, 90, 91, 100])


def rate(random: Random) -> str:
    return random.choice(["0", "5.4", "5.5", "6.49", "7.49", "7.5", "8", "15.4", "15.5", "2000"])


def jobs(random: Random) -> str:
    return "".join(f"{name}\n" for name in random.choices(["JES2", "TCPIP", "tcpip2", "VTAM", "RACF"], k=7))


def cics(random: Random) -> str:
    def used() -> str:
        return random.choice(["0.0", "50.0", "50.1", "60.1", "85.0", "85.1", "90.1", "92.1", "95.0", "95.1"])

    return "[cics]\n" + "".join(
        f"{name} 11/20/2026 08:00:00 {random.choice(['-1', '0', '12345'])} {used()} {used()}\n"
        for name in ("CICSPRD1", "CICSTST1")
    )


def zos(random: Random) -> str:
    areas = "".join(
        f"{area} {total} {total * random.choice([0, 57, 58, 60, 61, 66, 67, 70, 71, 90, 95, 96]) // 100} 1\n"
        for area, total in (("CSA", 1000), ("ECSA", 90000), ("SQA", 1500), ("ESQA", 700))
    )
    free = random.choice([0, 100, 99, 101, 145, 149, 150, 151, 500])
    return (
        f"{up(random)}[cpu]\nCPU Utilization {load(random):03d}%\n[paging]\nPaging Rate {rate(random)}\n{cics(random)}"
        f"[jobs]\n{jobs(random)}[memory]\n{areas}"
        f"[maxuser]\nMaxusers: 500 Free: {free}\nRSVTSTRT: 5 Free: 5\nRSVNONR: 100 Free: 50\n{disks(random, 'Cap')}"
    )


def zvm(random: Random) -> str:
    pages = int(float(rate(random)))
    return (
        f"{up(random)}[cpu]\nAVGPROC-{load(random):03d}% 02\n"
        f"MDC READS-000003/SEC WRITES-000002/SEC HIT RATIO-098%\nPAGING-{pages:04d}/SEC STEAL-000%\n"
        f"[UserID]\n{jobs(random)}{disks(random, 'Capacity')}"
    )


def zvse(random: Random) -> str:
    def share(of: int) -> int:
        return of * random.choice([0, 40, 50, 51, 54, 55, 56, 57, 58, 66, 67, 80, 81, 90, 91]) // 100

    def row(name: str) -> str:
        used24, used = share(1000), share(3000)
        return f"{name} {used24} {1000 - used24} {used} {3000 - used}\n"

    return (
        f"{up(random)}[cpu]\nAvg CPU={load(random):03d}% TCPU=1\n[paging]\nPage Rate={rate(random)} /sec\n"
        f"{cics(random)}[jobs]\n{jobs(random)}[memory]\n100000 {100000 - share(100000)}\n"
        f"[getvis]\nPartition Used/24 Free/24 Used/Any Free/Any\n{row(random.choice(['F1', 'SVA', 'BG']))}"
        f"[nparts]\n100 {share(100)}\n{disks(random, 'Cap')}"
    )


MQ_FILE = """
MQ_QUEUE QM2:ORDERS depth-critical=1
MQ_QUEUE ORDERS depth-warning=100 depth-critical=200 age-warning=300 age-critical=600
MQ_QUEUE %^BILL depth-warning=10
MQ_CHANNEL TO.LAB warning=RETRYING,STOPPED
MQ_CHANNEL *
"""
MQ_RULES: tuple[Rule, ...] = (
    Queue(manager=E("QM2"), name=E("ORDERS"), panic_depth=1),
    Queue(name=E("ORDERS"), warn_depth=100, panic_depth=200, warn_age=300, panic_age=600),
    Queue(name=E("%^BILL"), warn_depth=10),
    Channel(name=E("TO.LAB"), warn=E("RETRYING,STOPPED")),
    Channel(name=E("*"), panic=E("%BIND|RETRYING")),
)


def mq(random: Random) -> str:
    depth = random.choice([0, 9, 10, 99, 100, 199, 200, 5000])
    age = random.choice([" ", "0", "299", "300", "599", "600", "9999"])
    return (
        f"Starting MQSC for queue manager {random.choice(['QM1.PROD', 'QM2'])}.\n\n 1 : dis ql(*) curdepth\n"
        f"AMQ8409: Display Queue details.\n   QUEUE({random.choice(['ORDERS', 'BILLS', 'X'])})   TYPE(QLOCAL)\n"
        f"   CURDEPTH({depth})\n"
        f"AMQ8450: Display queue status details.\n   QUEUE(ORDERS)   CURDEPTH({depth}) MSGAGE({age})\n"
        f"AMQ8417: Display Channel Status details.\n   CHANNEL({random.choice(['TO.LAB', 'TO.HQ'])})\n"
        f"   CONNAME(198.51.100.1(1414))  STATUS({random.choice(['RUNNING', 'RETRYING', 'STOPPED', 'BINDING'])})\n"
        "All valid MQSC commands were processed.\n"
    )


SNMP_FILE = """
MIB ifmib:ifErrors key=eth0 max=5 color=yellow
MIB ifmib:ifErrors max=10
MIB %ifmib:.*Status match=1
MIB system:temperature min=10 max=45
MIB system:sysDescr match=%switch|router color=yellow
"""
SNMP_RULES: tuple[Rule, ...] = (
    Mib(name=E("ifmib:ifErrors"), key=E("eth0"), most=5, color=Color.YELLOW),
    Mib(name=E("ifmib:ifErrors"), most=10),
    Mib(name=E("%ifmib:.*Status"), match=E("1")),
    Mib(name=E("system:temperature"), least=10, most=45),
    Mib(name=E("system:sysDescr"), match=E("%switch|router"), color=Color.YELLOW),
)


def snmp(random: Random) -> str:
    rows = "".join(
        f"\n<{name}>\n\tifOperStatus = {random.choice([1, 1, 2])}\n"
        f"\tifErrors = {random.choice(['0', '5', '6', '10', '11', 'NODATA'])}\n"
        for name in ("lo", "eth0")
    )
    return (
        "\n[system]\nInterval=300\nActiveIP=198.51.100.7\n\n"
        f"\tsysDescr = {random.choice(['A switch', 'Router 7', 'A printer'])}\n"
        f"\ttemperature = {random.choice([9, 10, 45, 46, -5])}\n"
        f"\n[ifmib]\nInterval=300\nActiveIP=198.51.100.7\n\n{rows}"
    )


def messages(kind: str, make: Callable[[Random], str]) -> Iterator[ClientMessage]:
    """The same ones in every run; each of another second, as xymond_client wants them."""
    random = Random(kind)  # noqa: S311 - nothing secret
    for number in range(ROUNDS):
        collector = kind if kind.endswith("collect") else ""
        made = a_client_message(make(random), kind, collector=collector, received=NOW - ROUNDS + 1 + number)
        yield made if not collector else replace(made, message=made.message.replace(b"[date]", b"date"))


def ours(sent: list[ClientMessage], rules: tuple[Rule, ...], host: Host = HOST) -> dict[tuple[int, str], str]:
    found = {}
    for number, message in enumerate(sent):
        judged = judge_client(message, host, Selected(*rules), NOW)
        for report in judged.reports:
            found[number, report.key.test] = report.text.decode()
        for figures in judged.figures:
            found[number, figures.key.test] = figures.text.decode()
    return found


def theirs(seen: list[Seen]) -> dict[tuple[int, str], str]:
    return {(one.message, one.test): one.text for one in seen}


@pytest.mark.parametrize(
    ("kind", "make", "analysis", "rules"),
    [
        ("zos", zos, Z_FILE, Z_RULES),
        ("zvm", zvm, Z_FILE, Z_RULES),
        ("zvse", zvse, Z_FILE + PARTS_FILE, Z_RULES + PARTS_RULES),
        ("zvse", zvse, PARTS_FILE, PARTS_RULES),
        ("mqcollect", mq, MQ_FILE, MQ_RULES),
        ("snmpcollect", snmp, SNMP_FILE, SNMP_RULES),
        ("snmpcollect", snmp, "", ()),
    ],
    ids=["z/OS", "z/VM", "z/VSE", "z/VSE by the usual limits", "MQ", "SNMP", "SNMP without settings"],
)
def test_the_same_squares(kind: str, make: Callable[[Random], str], analysis: str, rules: tuple[Rule, ...]) -> None:
    sent = list(messages(kind, make))
    expected = theirs(judged_by_xymon(HOSTS, analysis, sent, OPTIONS))
    found = ours(sent, rules)
    assert set(found) == set(expected)
    assert len(expected) >= ROUNDS
    different = [key for key, text in expected.items() if _essence(found[key]) != _essence(text)]
    shown = [f"{key}\n--- xymond_client\n{expected[key]}\n--- hexmon\n{found[key]}" for key in different[:3]]
    assert not different, "\n".join(shown)


def _essence(text: str) -> list[str]:
    """The first line as it is, and what is told below it in any order."""
    first, *rest = text.replace("critical: -1", "critical: none").replace("warn: -1", "warn: none").split("\n")
    return [first.rstrip(), *sorted(filter(None, map(str.rstrip, rest)))]
