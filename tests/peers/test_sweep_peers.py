"""`hexmon sweep --no-submit` beside the real `xymonnet --no-update`: the same squares, colours, flags and first lines.

Left out are what docs/migrate/xymon.md lists as faults of xymonnet: several checks in one column, `depends=` for or on
http, on yellow tests and on reverse tests, `badTEST` for http or with a time, `!` before a URL, TLS to a closed port,
`badconn` of a dialup host,
and all that comes of xymonnet pinging hosts with `noping`.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lab import SIX_FILES, Lab, Square, differences
from tests.support.netlab import ANSWERING, CERTIFICATES, SILENT, STATUSES, status_port

pytestmark = pytest.mark.peers

HOSTS = 25  # in one file


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


@given(files())
@SIX_FILES
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
