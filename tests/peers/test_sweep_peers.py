"""`hexmon sweep --no-submit` beside the real `xymonnet --no-update`: the same squares, colours, flags and first lines.

Left out are what docs/migrate/xymon.md lists as faults of xymonnet: several checks in one column, `depends=` for or on
http, on yellow tests and on reverse tests, `badTEST` for http or with a time, `!` before a URL, TLS to a closed port,
`badconn` of a dialup host,
and all that comes of xymonnet pinging hosts with `noping`.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.netlab import ANSWERING, CERTIFICATES, SILENT, STATUSES, status_port
from tests.support.peers import peer

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.peers

HOSTS = 25  # in one file
DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}")
MESSAGE = re.compile(r"^status\+30 (\S+)\.(\S+) (\S+) (?:<!-- \[flags:(\w+)\] --> )?(.*)$", re.MULTILINE)


class Square(NamedTuple):
    """What is compared of one message."""

    color: str
    flags: str
    line: str


class Lab:
    """The network with its services, in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._hosts = folder / "hosts.cfg"

    def compare(self, text: str) -> tuple[dict[str, Square], dict[str, Square]]:
        """What xymonnet and hexmon say of that hosts.cfg, by square."""
        self._hosts.write_text(text)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{self._hosts}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return squares(answer["xymonnet"]), squares(answer["hexmon"])


def squares(output: str) -> dict[str, Square]:
    # xymonnet pads the head of an extcombo with NULs, and the first message follows them on the same line.
    found: dict[str, Square] = {}
    for host, test, color, flags, line in MESSAGE.findall(output.replace("\0", "").replace(" status+", "\nstatus+")):
        key = f"{host}.{test}"
        assert key not in found, f"two messages for {key}"
        found[key] = Square(color, flags, DATE.sub("DATE", line).replace(" (code: 0)", "").strip())
    assert found, output
    return found


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    xymonnet = peer("xymonnet")
    peer("ip")
    namespace = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("not run: this user may not make a network namespace")
    command = [*namespace, sys.executable, "-m", "tests.support.netlab", str(xymonnet)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Lab(process, tmp_path_factory.mktemp("lab"))
        assert process.stdin is not None
        process.stdin.close()


def name_of(number: int) -> str:
    return f"host{number:02}.lab.test"


def maybe(draw: st.DrawFn, chances: int, *choices: str) -> str:
    """One of the choices, once in `chances` times; else nothing."""
    return draw(st.sampled_from(choices)) if draw(st.integers(1, chances)) == 1 else ""


SERVICES = ("greet", "hail", "rude", "mute", "plain", "bare", "shut", "gone", "secure", "liar")
PLAIN_SERVICES = ("greet", "plain", "shut", "gone")  # never yellow: what depends= can be about
PREFIXES = ("", "", "", "", "?", "!", "~", "?!", "!~", "?~", "?!~")
URL_PREFIXES = ("", "", "", "?", "~", "?~")


@st.composite
def urls(draw: st.DrawFn) -> list[str]:
    pages = [f"http://127.0.0.1:{status_port(status)}/" for status in STATUSES]
    pages += [f"https://127.0.0.1:{port}/" for port in CERTIFICATES] + [
        "http://127.0.0.1:2999/",
        "http://127.0.0.1:2001/",
    ]
    chosen = draw(st.lists(st.sampled_from(pages), unique=True, max_size=3))
    return [draw(st.sampled_from(URL_PREFIXES)) + url for url in chosen]


@st.composite
def service_tags(draw: st.DrawFn) -> list[str]:
    """Tags of simple services: each column once."""
    tags = []
    for service in draw(st.lists(st.sampled_from(SERVICES), unique=True, max_size=5)):
        prefix = draw(st.sampled_from(PREFIXES))
        port = draw(st.sampled_from(["", "", ":2025", ":2025:s", ":s"])) if service in {"plain", "bare"} else ""
        tags.append(f"{prefix}{service}{port}")
    return tags


@st.composite
def depends_of(draw: st.DrawFn, tags: list[str], plain: dict[str, list[str]]) -> str:
    """`depends=` from plain tests of this host to plain tests or pings of any."""
    own = [tag for tag in tags if tag in PLAIN_SERVICES]
    others = [f"{host}/{test}" for host, tests in plain.items() for test in tests]
    if not own or not others or draw(st.integers(1, 2)) == 1:
        return ""
    test = draw(st.sampled_from(own))
    return f"depends=({test}:{','.join(draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True)))})"


@st.composite
def files(draw: st.DrawFn) -> str:
    lines: list[str] = []
    plain: dict[str, list[str]] = {}
    pinged: list[str] = []
    for number in range(HOSTS):
        address = f"{draw(st.sampled_from([ANSWERING, ANSWERING, SILENT]))}{number + 10}"
        ping = maybe(draw, 4, "!conn", "?conn", "noconn", "noping", *_several())
        tags = draw(service_tags())
        dialup = maybe(draw, 6, "dialup")
        bad_ping = maybe(draw, 5, "badconn:0:0:3", "badconn:0:1:3", "badconn:1:2:3", "badconn:0:0:0")
        settings_of = [
            maybe(draw, 6, "noclear", "NOCLEAR"),
            maybe(draw, 6, "nosslcert", "ssldays=150:50", "ssldays=2:1", "sslbits=512"),
            dialup,
            bad_ping if not dialup and ping != "?conn" else "",
            maybe(draw, 5, "badshut:0:0:3", "badshut:0:1:2", "badshut:1:2:3", "badshut:1:1:1 badshut:0:0:0"),
            maybe(draw, 4, *(f"route:{router}" for router in pinged)) if pinged and ping != "noping" else "",
            maybe(draw, 8, '"DESCR:switch:in the cellar"'),
        ]
        words = ["testip", ping, *tags, *draw(urls()), *settings_of, draw(depends_of(tags, plain))]
        lines.append(f"{address} {name_of(number)} # {' '.join(filter(None, words))}")
        pinged += [name_of(number)] if ping != "noping" else []
        plain[name_of(number)] = [tag for tag in tags if tag in PLAIN_SERVICES] + ([] if ping else ["conn"])
    return "\n".join(lines) + "\n"


def _several() -> tuple[str, ...]:
    return (
        f"conn={ANSWERING}3",
        f"conn=worst,{ANSWERING}3,{ANSWERING}4",
        f"conn=worst,{ANSWERING}3,{SILENT}4",
        f"conn=best,{SILENT}4",
        f"conn={SILENT}4,{ANSWERING}3",
    )


def without_known_faults(found: dict[str, Square], text: str) -> dict[str, Square]:
    """The `O` flag of hosts with noping is left out: xymonnet pings them all the same."""
    quiet = {line.split()[1].replace(".", ",") for line in text.splitlines() if "noping" in line}
    return {
        key: square._replace(flags=square.flags[1:])
        if key.partition(".")[0] in quiet and key.endswith(".conn")
        else square
        for key, square in found.items()
    }


def differences(ours: dict[str, Square], theirs: dict[str, Square], text: str) -> list[str]:
    """The squares that differ, with the line of hosts.cfg."""
    lines = {line.split()[1].replace(".", ","): line for line in text.splitlines()}
    different = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    return [
        f"{key}: {ours.get(key)} instead of {theirs.get(key)}: {lines[key.rpartition('.')[0]]}" for key in different
    ]


@given(files())
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # each example takes seconds: the differing lines say enough
    suppress_health_check=list(HealthCheck),
)
def test_generated_files_give_the_same_squares(lab: Lab, text: str) -> None:
    theirs, ours = lab.compare(text)
    different = differences(without_known_faults(ours, text), without_known_faults(theirs, text), text)
    assert not different, "\n".join(different)


EVERY_STATUS = " ".join(f"http://127.0.0.1:{status_port(one)}/" for one in STATUSES)
_ROUTERS = {
    "silent, and ought to be": f"{SILENT}20 r.lab.test # testip !conn",
    "silent and dialup": f"{SILENT}20 r.lab.test # testip ?conn",
    "answering, and ought not to": f"{ANSWERING}20 r.lab.test # testip !conn",
    "answering at another address": f"{SILENT}20 r.lab.test # testip conn=best,{ANSWERING}3",
    "silent at another address": f"{ANSWERING}20 r.lab.test # testip conn=worst,{SILENT}3",
    "softened": f"{SILENT}20 r.lab.test # testip badconn:9:9:9",
    "noconn": f"{SILENT}20 r.lab.test # testip noconn",
}
CASES = {
    **{
        f"a router that is {what}": f"{line}\n{SILENT}21 c.lab.test # testip route:r.lab.test shut"
        for what, line in _ROUTERS.items()
    },
    "a page that was reset or empty": "127.0.0.20 a.lab.test # testip http://127.0.0.1:2001/",
    "every status": f"127.0.0.20 a.lab.test # testip {EVERY_STATUS}",
    "every status of a dialup host": (f"127.0.0.20 a.lab.test # testip dialup {EVERY_STATUS}"),
    "every certificate": (
        f"127.0.0.20 a.lab.test # testip secure {' '.join(f'https://127.0.0.1:{port}/' for port in CERTIFICATES)}"
    ),
    "a name that nobody knows": "0.0.0.0 nowhere.invalid # noconn shut",
    "two routers, the second is down": (
        "127.0.0.20 a.lab.test # testip\n127.9.0.20 b.lab.test # testip\n"
        "127.9.0.21 c.lab.test # testip route:a.lab.test,b.lab.test shut"
    ),
    "a reverse test of several addresses": "127.0.0.20 a.lab.test # testip !conn=127.0.0.21 ",
    "a ping softened to green still explains": "127.9.0.20 a.lab.test # testip badconn:1:2:3 shut greet",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_a_case_gives_the_same_squares(lab: Lab, text: str) -> None:
    theirs, ours = lab.compare(f"{text}\n")
    assert ours == theirs
