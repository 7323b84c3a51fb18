"""Which files a graph is drawn of, under which names, and how they are spread over pictures."""

from collections.abc import Sequence

import pytest

from hexmon.graphs.catalog import Catalog, Shown
from hexmon.graphs.choose import Listing, RrdFile, choose, needs, resolve, spread
from hexmon.graphs.source import built_in
from hexmon.model.display import Trends

BOOK = built_in()
TESTS = {"cpu": "la", "http": "tcp", "conn": "tcp", "procs": "processes"}
NOW = 1_800_000_000.0


def files(*names: str, sources: Sequence[str] = (), modified: float = NOW) -> tuple[RrdFile, ...]:
    """Files that have what their graphs need, unless `sources` says otherwise."""
    usual = {"tcp": ("sec",), "disk": ("pct", "used"), "la": ("la",), "users": ("la",), "procs": ("la",)}
    usual |= {"memory": ("realmempct",), "ifmib": ("InOctets", "OutOctets"), "netstat": ("tcpCurrEstab",)}
    return tuple(
        RrdFile(name, modified, frozenset(sources or usual.get(name.replace(",", ".").split(".")[0], ("x",))))
        for name in names
    )


def chosen(graph: str, *names: str, **fields: object) -> list[tuple[str, str | None]]:
    wanted = resolve(BOOK, graph, TESTS)
    assert wanted is not None
    listing = Listing("www", files(*names), **fields)  # type: ignore[arg-type]
    return [(one.name, one.param) for one in choose(wanted, listing)]


TCP = ("tcp.conn.rrd", "tcp.http.www,index.rrd", "tcp.proxyconn.rrd", "tcp.ssh.rrd")


@pytest.mark.parametrize(
    ("graph", "names", "found"),
    [
        pytest.param("la", ["la.rrd"], [("la.rrd", None)], id="a section that names its file"),
        pytest.param("la", ["disk,root.rrd"], [], id="... which is not there"),
        pytest.param("users", ["users.rrd"], [], id="... of which one of two is not there"),
        pytest.param("tcp", TCP, [(TCP[0], "conn"), (TCP[2], "proxyconn"), (TCP[3], "ssh")], id="EXFNPATTERN"),
        pytest.param("tcp:conn", TCP, [("tcp.conn.rrd", "conn")], id="one service, and not those that end like it"),
        pytest.param("conn", TCP, [("tcp.conn.rrd", "conn")], id="a column that TEST2RRD gives to tcp"),
        pytest.param("tcp.http", TCP, [(TCP[1], "http://www,index")], id="tcp.http is the graph http"),
        pytest.param("cpu", ["la.rrd"], [("la.rrd", None)], id="TEST2RRD names the graph"),
        pytest.param(
            "disk", ["disk,root.rrd", "disk,a.rrd"], [("disk,root.rrd", ","), ("disk,a.rrd", ",a")], id="root"
        ),
        pytest.param(
            "disk:root", ["disk,root.rrd", "disk,root,a.rrd"], [("disk,root.rrd", ",")], id="one file system alone"
        ),
        pytest.param("memory", ["memory.real.rrd"], [("memory.real.rrd", "real")], id="the group of the pattern"),
        pytest.param("disk", ["disk,b.txt"], [], id="no RRD file"),
        pytest.param(
            "processes", ["processes.10.rrd", "processes.9.rrd"], [], id="files that lack the data source are left out"
        ),
    ],
)
def test_the_files_of_a_graph(graph: str, names: Sequence[str], found: list[tuple[str, str | None]]) -> None:
    assert chosen(graph, *names) == found


def test_parts_are_sorted_by_number_when_all_are_numbers() -> None:
    wanted = resolve(BOOK, "processes", {})
    assert wanted is not None
    listing = Listing("www", files("processes.10.rrd", "processes.9.rrd", "processes.007.rrd", sources=("count",)))
    assert [one.param for one in choose(wanted, listing)] == ["007", "9", "10"]


def test_old_files_are_left_out_when_asked() -> None:
    wanted = resolve(BOOK, "tcp", {})
    assert wanted is not None
    listing = Listing("www", (*files("tcp.a.rrd"), *files("tcp.b.rrd", modified=NOW - 90_000)))
    assert [one.param for one in choose(wanted, listing, NOW - 86_400)] == ["a"]


def test_unknown_graphs_are_none() -> None:
    assert resolve(BOOK, "nosuch", TESTS) is None
    assert resolve(BOOK, "nosuch:part", TESTS) is None


@pytest.mark.parametrize(
    ("count", "most", "pictures"),
    [
        (0, 5, []),
        (1, 5, [(1, 1)]),
        (5, 5, [(1, 5)]),
        (6, 5, [(1, 3), (4, 3)]),
        (11, 5, [(1, 4), (5, 4), (9, 4)]),
        (3, 0, [(1, 3)]),
        (3, 1, [(1, 1), (2, 1), (3, 1)]),
    ],
)
def test_files_are_spread_evenly(count: int, most: int, pictures: list[tuple[int, int]]) -> None:
    assert list(spread(count, most)) == pictures


# -- which graphs a host has ---------------------------------------------------------------------------------------

LISTING = Listing("www", files("la.rrd", "tcp.conn.rrd", "tcp.http.a.rrd", *(f"disk,{n}.rrd" for n in "abcdef")))
CATALOG = Catalog(BOOK, ("disk", "la", "tcp.http", "tcp", "ncv", "nosuch"), TESTS)


def names(shown: Sequence[Shown]) -> list[str]:
    return [one.graph + (f"/{one.first}+{one.count}" if one.count else "") for one in shown]


@pytest.mark.parametrize(
    ("trends", "graphs"),
    [
        pytest.param(None, ["disk/1+3", "disk/4+3", "la", "tcp.http", "tcp"], id="without the tag all, in order"),
        pytest.param(Trends(everything=True), ["disk/1+3", "disk/4+3", "la", "tcp.http", "tcp"], id="all"),
        pytest.param(
            Trends(everything=True, left_out=frozenset({"disk", "tcp"})), ["la", "tcp.http"], id="all but some"
        ),
        pytest.param(Trends(chosen=("tcp", "la")), ["la", "tcp"], id="some"),
        pytest.param(
            Trends(chosen=("disk",), parts=(("disk", ("disk1", "inode")),)), ["disk1/1+3", "disk1/4+3"], id="sub-graphs"
        ),
    ],
)
def test_the_graphs_of_a_host(trends: Trends | None, graphs: list[str]) -> None:
    assert names(CATALOG.of_host([LISTING], trends)) == graphs


def test_a_device_has_the_graphs_of_its_type_though_its_file_has_the_sources_of_all() -> None:
    sources = ("total_bits_in", "total_bits_out", "cpu_load", "memory_pct", "context_switches", "swap_io")
    listing = Listing("Office", files("core-snmp.rrd", sources=sources))
    catalog = Catalog(BOOK, ("system1", "bandwidth", "system", "system2"), TESTS)
    assert names(catalog.of_host([listing], None, site_type="ports")) == ["bandwidth", "system"]
    assert names(catalog.of_host([listing], None, site_type="host")) == ["system1", "system2"]


def test_the_number_of_files_per_picture_is_that_of_the_order() -> None:
    catalog = Catalog(BOOK, ("disk:disk_part:2",), TESTS)
    assert names(catalog.of_host([LISTING], None)) == ["disk/1+2", "disk/3+2", "disk/5+2"]


def test_files_that_no_section_draws_have_graphs_too() -> None:
    listing = Listing("www", files("orders.rrd", "queue,a.rrd", "queue,b.rrd", "la.rrd"))
    assert names(CATALOG.of_host([listing], None)) == ["la", "ncv:orders", "ncv:queue"]
    found = CATALOG.find("ncv:queue", [listing])
    assert found is not None
    assert [one.param for one in found[2]] == ["a", "b"]
    assert CATALOG.find("ncv:nothing", [listing]) is None
    assert CATALOG.find("ncv:../../etc", [listing]) is None


@pytest.mark.parametrize(
    ("test", "graphs"),
    [
        pytest.param("cpu", ["la"], id="the graph that TEST2RRD names"),
        pytest.param("conn", ["tcp:conn"], id="ping"),
        pytest.param("disk", ["disk/1+3", "disk/4+3"], id="a section of the column's name"),
        pytest.param("orders", ["ncv:orders"], id="a file that nobody described"),
        pytest.param("smart", ["la", "disk/1+3", "disk/4+3"], id="what GRAPHS_smart says"),
        pytest.param("nothing", [], id="no file, no graph"),
    ],
)
def test_the_graphs_of_a_square(test: str, graphs: list[str]) -> None:
    listing = Listing("www", (*LISTING.files, *files("orders.rrd")))
    catalog = Catalog(BOOK, CATALOG.order, {**TESTS, "disk": "disk"}, {"smart": ("la", "disk", "nosuch")})
    assert names(catalog.of_test(test, [listing])) == graphs


PAIRS = ("if3_in", "if3_out", "if0_in", "if0_out", "if12_in", "total_bits_in", "total_bits_out")
CORE = Listing("Office", files("core-snmp.rrd", sources=PAIRS))


@pytest.mark.parametrize(
    ("graph", "index"),
    [
        pytest.param("interface-3", 3, id="an interface of the file"),
        pytest.param("interface-0", 0, id="... whose number is 0"),
        pytest.param("interface-12", None, id="only one way is known"),
        pytest.param("interface-4", None, id="not in the file"),
        pytest.param("interface-03", None, id="not how a number is written"),
        pytest.param("interface-3\n", None, id="a line feed"),
        pytest.param("interface-\u0663", None, id="another script's digit"),
        pytest.param(f"interface-{'3' * 5000}", None, id="very many digits"),
        pytest.param("interface-3_in:AVERAGE", None, id="more than a number"),
        pytest.param("interface--3", None, id="a negative number"),
        pytest.param("interface", None, id="no number"),
        pytest.param("interface:3", None, id="a part of the file's name instead"),
        pytest.param("interface:core", None, id="... which is right"),
        pytest.param("ncv:interface", None, id="among those without a section"),
        pytest.param("bandwidth-3", None, id="a section of all interfaces"),
    ],
)
def test_one_interface_by_its_number(graph: str, index: int | None) -> None:
    found = CATALOG.find(graph, [Listing("x"), CORE])
    assert (found and found[0].interface) == index
    if found is not None:
        wanted, listing, chosen_ = found
        assert needs(wanted.definition) == {"@RRDFN@": {f"if{index}_in", f"if{index}_out"}}
        assert (listing.folder, [one.name for one in chosen_]) == ("Office", ["core-snmp.rrd"])
        assert wanted.title() == f"Traffic of ifIndex {index}"
        assert wanted.title("Gi0/@INTERFACE@") == f"Traffic of Gi0/@INTERFACE@ (ifIndex {index})"


def test_no_list_of_graphs_has_single_interfaces() -> None:
    assert "interface" not in " ".join(names(CATALOG.of_test("ports", [CORE], "ports")))
    assert "interface" not in " ".join(names(CATALOG.of_host([CORE], None)))


def test_a_monitor_of_a_site_has_the_graphs_of_its_type() -> None:
    there = files("core-snmp.rrd", sources=("total_bits_in", "total_bits_out", "cpu_load", "memory_pct"))
    listing = Listing("Office", (*there, *files("core-availability.rrd", sources=("response_time", "is_up"))))
    assert names(CATALOG.of_test("ports", [Listing("x"), listing], "ports")) == ["bandwidth", "system"]
    assert names(CATALOG.of_test("http", [Listing("x"), listing], "http")) == ["availability"]
