"""What hexmon makes of the messages of every operating system, with the usual limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.judge import judge_client
from hexmon.judge.clients.rules import Clock, Disk, Inode, Level, Load, Memory, Up
from hexmon.judge.clients.selection import Selected
from hexmon.judge.clients.systems import SYSTEMS, system_of
from hexmon.model.color import Color
from tests.support.client_outputs import MACHINES
from tests.support.client_rules import DATE, HOST, NOW, a_client_message, figures, squares

OK, NOT_OK = "- Filesystems ok", "- Filesystems NOT ok"
FINE, LOW, CRITICAL = "- Memory OK", "- Memory low", "- Memory CRITICAL"

EXPECTED = {
    "linux": {
        "cpu": ("green", "up: 12 days, 2 users, 2 procs, load=0.48"),
        "disk": ("red", NOT_OK),
        "inode": ("yellow", NOT_OK),
        "memory": ("yellow", LOW),
        "raid": ("red", "- RAID failure"),
    },
    "redhatES": {
        "cpu": ("yellow", "up: 102 days, 0 users, 0 procs, load=6.00"),
        "disk": ("green", OK),
        "memory": ("green", FINE),
    },
    "freebsd": {
        "cpu": ("green", "up: 3 days, 0 users, 0 procs, load=0.25"),
        "disk": ("red", NOT_OK),
        "inode": ("green", OK),
        "memory": ("green", FINE),
    },
    "netbsd": {
        "cpu": ("green", "up: 45 days, 0 users, 0 procs, load=0.05"),
        "disk": ("red", NOT_OK),
        "inode": ("red", NOT_OK),
        "memory": ("yellow", LOW),
    },
    "openbsd": {
        "cpu": ("green", "up: 02:13, 0 users, 0 procs, load=0.05"),
        "disk": ("red", NOT_OK),
        "inode": ("green", OK),
        "memory": ("red", CRITICAL),
    },
    "darwin": {
        "cpu": ("red", "up: 1 days, 0 users, 0 procs, load=11.73"),
        "disk": ("yellow", NOT_OK),
        "inode": ("green", OK),
        "memory": ("green", FINE),
    },
    "sunos": {
        "cpu": ("green", "up: 21 days, 0 users, 0 procs, load=0.10"),
        "disk": ("yellow", NOT_OK),
        "inode": ("yellow", NOT_OK),
        "memory": ("yellow", LOW),
    },
    "solaris": {
        "cpu": ("yellow", "up: 00:09, 0 users, 0 procs, load=0.10"),
        "disk": ("yellow", NOT_OK),
        "inode": ("green", OK),
        "memory": ("red", CRITICAL),
    },
    "aix": {
        "cpu": ("green", "up: 154 days, 0 users, 0 procs, load=1.50"),
        "disk": ("red", NOT_OK),
        "inode": ("yellow", NOT_OK),
        "memory": ("yellow", LOW),
    },
    "hp-ux": {
        "cpu": ("green", "up: 33 days, 0 users, 0 procs, load=0.60"),
        "disk": ("red", NOT_OK),
        "inode": ("red", NOT_OK),
        "memory": ("yellow", LOW),
    },
    "irix64": {
        "cpu": ("green", "up: 10 days, 0 users, 0 procs, load=0.00"),
        "disk": ("red", NOT_OK),
        "memory": ("yellow", LOW),
    },
    "osf1": {
        "cpu": ("green", "up: 74 days, 0 users, 0 procs, load=0.03"),
        "disk": ("red", NOT_OK),
        "memory": ("yellow", LOW),
    },
    "sco_sv": {
        "cpu": ("green", "up: 5 days, 0 users, 0 procs, load=0.05"),
        "disk": ("yellow", NOT_OK),
        "memory": ("yellow", LOW),
    },
    "bbwin": {
        "uptime": ("green", "OK"),
        "timediff": ("green", "OK"),
        "cpu": ("yellow", "up: 12 days, 1 users, 57 procs, load=7%"),
        "disk": ("red", NOT_OK),
        "who": ("green", "OK"),
        "memory": ("yellow", LOW),
    },
    "powershell": {
        "uptime": ("green", "OK"),
        "timediff": ("green", "OK"),
        "cpu": ("green", "up: 12 days, 1 users, 57 procs, load=3%"),
        "disk": ("red", NOT_OK),
        "who": ("green", "OK"),
        "memory": ("yellow", LOW),
    },
}
OURS = frozenset({"cpu", "uptime", "disk", "inode", "memory", "raid", "timediff", "who"})


@pytest.mark.parametrize("os_type", list(MACHINES))
def test_every_system_has_its_squares(os_type: str) -> None:
    found = {
        test: (report.color.word, report.text.decode().partition("\n")[0].removeprefix(f"{report.color.word} {DATE} "))
        for test, report in squares(MACHINES[os_type], os_type=os_type).items()
        if test in OURS
    }
    assert found == EXPECTED[os_type]


@pytest.mark.parametrize(
    ("os_type", "rows"),
    [
        ("linux", ["6842M       7841M         87%", "2719M       7841M         34%", "1280M       2047M         62%"]),
        ("redhatES", ["959M       1006M         95%", "359M       1006M         35%", "102M       1027M          9%"]),
        ("freebsd", ["7110M       8134M         87%", None, "512M       4096M         12%"]),
        ("netbsd", ["923M       1023M         90%", None, "300M        512M         58%"]),
        ("openbsd", ["1247M       2047M         60%", None, "900M       1024M         87%"]),
        ("darwin", ["8192M       8396M         97%", None, None]),
        ("sunos", ["3072M       4096M         75%", None, "1535M       2047M         74%"]),
        ("solaris", ["922M       1024M         90%", None, "830M        927M         89%"]),
        ("aix", ["7168M       8192M         87%", "6144M       8192M         75%", "2252M       4096M         54%"]),
        ("hp-ux", ["3696M       4096M         90%", None, "4100M       7096M         57%"]),
        ("irix64", ["1948M       2048M         95%", "148M       2048M          7%", "3072M       4096M         75%"]),
        ("osf1", ["4608M       5120M         90%", None, "3072M       4096M         75%"]),
        ("sco_sv", ["461M        512M         90%", None, "384M        512M         75%"]),
        ("bbwin", ["3000M       4095M         73%", "7500M       8191M         91%", "3500M       6143M         56%"]),
    ],
)
def test_memory_of_every_system(os_type: str, rows: list[str | None]) -> None:
    lines = squares(MACHINES[os_type], os_type=os_type)["memory"].text.decode().split("\n")[2:]
    names = ("Real/Physical", "Actual/Virtual", "Swap/Page")
    expected = {f"{name:16}": row for name, row in zip(names, rows, strict=True) if row is not None}
    found = [line.partition(" ")[2] for line in lines if line.startswith("&")]
    assert len(found) == len(expected)
    for line, (name, row) in zip(found, expected.items(), strict=True):
        assert line.startswith(name)
        assert line.removeprefix(name).strip() == row


def test_every_word_of_an_agent_leads_to_a_system() -> None:
    for word in ("Linux", "redhatES", "HP-UX", "hpux", "SunOS", "IRIX64", "irix", "macosx", "UnixWare", "PowerShell"):
        assert system_of(word) is not None, word
    assert system_of("debian3") == SYSTEMS["linux22"]
    assert system_of("plan9") is None
    unknown = system_of("plan9", unknown=True)
    assert unknown is not None
    assert unknown.name == "generic"


def test_a_message_of_an_unknown_system_has_no_squares_of_its_own() -> None:
    assert squares(MACHINES["linux"], os_type="plan9") == {}
    assert not OURS & set(squares(MACHINES["linux"], os_type="plan9", settings=ClientJudging(unknown_systems=True)))


@pytest.mark.parametrize(
    ("os_type", "capacity", "tests"),
    [
        pytest.param("zos", "Cap", {"disk", "ports"}, id="z/OS"),
        pytest.param("zvm", "Capacity", {"disk", "ports", "msgs", "files"}, id="z/VM"),
        pytest.param("zvse", "Cap", {"disk", "ports"}, id="z/VSE"),
    ],
)
def test_systems_of_ibm_have_what_all_have(os_type: str, capacity: str, tests: set[str]) -> None:
    body = (
        f"[df]\nFilesystem kbytes Used Available {capacity} Mounted on\nA 100 97 3 97% /\n"
        "[ports]\ntcp 0 0 192.0.2.1:23 192.0.2.2:1023 ESTABLISHED\n[linecount:/log]\nerrors: 3\n[ifstat]\neth0 1 2\n"
    )
    found = squares(body, os_type=os_type)
    assert {"disk", "ports", "msgs", "files", "inode"} & set(found) == tests
    assert found["disk"].color is Color.RED
    data = figures(body, os_type=os_type)
    assert data["linecounts"].strip() == "/log#errors:3"
    assert ("ifstat" in data) == (os_type != "zvse")


@pytest.mark.parametrize(
    ("os_type", "name", "text"),
    [
        pytest.param("linux", "netstat", "linux\nIp:\n    10 total packets received\n", id="netstat as it came"),
        pytest.param("debian", "ifstat", "linux\neth0      Link encap:Ethernet\n", id="the usual name of the system"),
        pytest.param(
            "rhel3",
            "vmstat",
            "rhel3\n 0  0      0 1020000 200000 4492496    0    0     0    12   41   72  2  1 97  0  0",
            id="vmstat's last line",
        ),
        pytest.param(
            "sunos",
            "iostatdisk",
            "solaris\ndevice    r/s    w/s   kr/s   kw/s wait actv  svc_t  %w  %b\n"
            "sd0       0.1    0.2    1.0    2.0  0.0  0.0    5.0   0   1\n",
            id="iostat without its first line",
        ),
    ],
)
def test_figures(os_type: str, name: str, text: str) -> None:
    body = MACHINES["sunos" if os_type == "sunos" else "linux"]
    assert figures(body, os_type=os_type)[name] == text


@pytest.mark.parametrize(
    ("os_type", "body"),
    [
        pytest.param("linux", "[vmstat]\nonly one line\n", id="a vmstat of one line"),
        pytest.param("linux", "[vmstat]\nr b\nTerminated\n", id="a vmstat that was ended"),
        pytest.param("linux", "[vmstat]\n", id="an empty vmstat"),
        pytest.param("darwin", "[vmstat]\na\nb\n", id="a vmstat of a system that has none"),
        pytest.param("sunos", "[iostatdisk]\nheadings\n", id="an iostat of headings"),
        pytest.param("linux", "[iostatdisk]\na\nb\n", id="an iostat of another system"),
    ],
)
def test_no_figures(os_type: str, body: str) -> None:
    assert not {"vmstat", "iostatdisk"} & set(figures(body, os_type=os_type))


SECTIONS = [
    *("uptime", "who", "df", "disk", "inode", "free", "meminfo", "swapinfo", "vmtotal", "prtconf", "memory", "swap"),
    *("swaplist", "realmem", "freemem", "memsize", "top", "mdstat", "clock", "msgcache", "cpu", "ps", "vmstat"),
]
PIECES = st.one_of(
    st.sampled_from(
        [
            *(" up ", " day", " days, ", "load average: ", "load=", "epoch: ", "Mem:", "Swap:", "\n", " ", "\t", "\n["),
            *("Filesystem", "Available", "Capacity", "Mounted on", "Avail", "%Used", "Free", "Total:", "-", "%", "/"),
            *("md0 : active", "[2/1]", "recovery = ", "Cachedelay:", "realmem ", "\ntotal", "= 1k used, 2k available"),
            *("9" * 5000, "-1", "nan", "1e999", "0", "\x00", "é", "²", "٣", "page size of"),
        ]
    ),
    st.text(max_size=12),
    st.integers(-(10**30), 10**30).map(str),
)
RULES = (
    Disk(names=None),
    Disk(warn=Level(10**6, free=True), panic=Level(0, free=True), least=1),
    Inode(),
    Load(),
    Up(ancient=86400.0),
    Clock(most=1),
    Memory(kind="swap", warn=1, panic=2),
)


@given(
    st.sampled_from([*SYSTEMS, "plan9"]),
    st.lists(st.tuples(st.sampled_from(SECTIONS), st.lists(PIECES, max_size=12)), max_size=8),
    st.booleans(),
)
def test_whatever_an_agent_sends_becomes_squares_that_can_be_sent(
    os_type: str, parts: list[tuple[str, list[str]]], several: bool
) -> None:
    body = "".join(f"[{name}]\n{''.join(pieces)}\n" for name, pieces in parts)
    settings = ClientJudging(unknown_systems=True, uptime_column=several, longest=300)
    message = a_client_message(body.encode("utf-8", "replace").decode(), os_type)
    for report in judge_client(message, HOST, Selected(*RULES), NOW, settings).reports:
        if report.key.test in OURS:
            assert report.text.startswith(report.color.word.encode())
            assert len(report.text) < 20_000
