"""Texts become figures: a row for each data set and each of its forms."""

import pytest

from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.datasets.ifmib import _VARIABLES, ifmib
from hexmon.graphs.datasets.select import updates_of
from hexmon.graphs.datasets.settings import from_words

NOW = 1_795_161_600.0
SETTINGS = from_words(
    {
        "TEST2RRD": "cpu=la,disk,memory,conn=tcp,http=tcp,ntp=tcp,odd=ncv,split=ncv,if_load=devmon,time=ntpstat,mailq",
        "NCV_odd": "Kept:GAUGE,Gone:NONE,*:DERIVE",
        "SPLITNCV_split": "*:GAUGE",
    }
)


def figures(kind: str, test: str, text: str) -> dict[str, dict[str, str]]:
    source = Source(kind=kind, host="www.example.com", test=test, text=text.encode(), at=NOW)
    return {
        update.file.removesuffix(".rrd"): {
            one.name: value for one, value in zip(update.sources, update.values, strict=True)
        }
        for update in updates_of(source, SETTINGS)
    }


def status(test: str, text: str) -> dict[str, dict[str, str]]:
    return figures("status", test, text)


def data(test: str, text: str) -> dict[str, dict[str, str]]:
    return figures("data", test, text)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        pytest.param("up: 3 days, 2 users, 90 procs, load=0.26", {"la": 26, "users": 2, "procs": 90}, id="Unix"),
        pytest.param("up: 3 days, 2 users, 90 procs, load=0.5", {"la": 50, "users": 2, "procs": 90}, id="one decimal"),
        pytest.param("up: 3 days, 1 user, 90 procs, load=7%", {"la": 7, "users": 1, "procs": 90}, id="Windows"),
        pytest.param("up: 3 days, load=180", {"la": 180}, id="hundredths"),
        pytest.param("x\nup: 3 days, load=180", {}, id="not on the first line"),
        pytest.param("nothing\n\nSystem clock is -12 seconds off", {"clock": -12}, id="a clock"),
        pytest.param("up: 1 day, load=99999999999999999999999", {"la": 0}, id="more digits than a number has"),
    ],
)
def test_cpu(text: str, files: dict[str, int]) -> None:
    assert status("cpu", f"green {text}") == {name: {"la": str(value)} for name, value in files.items()}


@pytest.mark.parametrize(
    ("row", "file", "values"),
    [
        pytest.param("/dev/sda 100 26 74 26% /", "disk,root", ("26", "26"), id="the root"),
        pytest.param("/dev/sdb 100 92 8 92% /var/log", "disk,var,log", ("92", "92"), id="below it"),
        pytest.param("/dev/sdb 0 0 0 - /boot", "disk,boot", ("0", "0"), id="no per cent"),
    ],
)
def test_disk(row: str, file: str, values: tuple[str, str]) -> None:
    head = "green ok\n\n&red /srv (99% used) has reached the PANIC level (95%)\n\nFilesystem 1K-blocks Used\n"
    assert status("disk", f"{head}{row}\n") == {file: dict(zip(("pct", "used"), values, strict=True))}


def test_a_mount_that_nobody_could_measure_has_no_figures() -> None:
    assert status("disk", "red x\nserver:/srv - - - 100% /srv\n") == {}


def test_memory() -> None:
    text = "green ok\n&green Physical 507M 24105M 2%\n&green Actual 495M 24105M 3%\n&green Swap 1126M 2047M 54%\n"
    shares = {"real": "2", "actual": "3", "swap": "54"}
    assert status("memory", text) == {f"memory.{name}": {"realmempct": share} for name, share in shares.items()}


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        pytest.param("is alive (0.31 ms)", "0.000310", id="milliseconds"),
        pytest.param("is alive (310 usec)", "0.000310", id="microseconds"),
        pytest.param("icmp_seq=0 time=1.5 ms", "0.001500", id="the words of ping"),
        pytest.param("is unreachable", "U", id="no answer"),
    ],
)
def test_conn(line: str, seconds: str) -> None:
    assert status("conn", f"green x\n\n&green 192.0.2.1 {line}\n") == {"tcp.conn": {"sec": seconds}}


def test_http_has_a_file_for_each_url() -> None:
    text = (
        "green OK\n\n&green http://www.example.com/a/b - OK\n\nSeconds: 0.012849000\n\n&red https://db.test/ - bad\n\n"
    )
    assert status("http", f"{text}Seconds: 2.5\n") == {
        "tcp.http.www.example.com,a,b": {"sec": "0.012849"},
        "tcp.http.https:,,db.test,": {"sec": "2.500000"},
    }


def test_ntp_has_the_time_it_took_and_the_offset() -> None:
    text = "green ok\n\nstratum 2, offset +0.001234 +/- 0.005678 sec, delay 0.000900 sec\n\nSeconds: 0.002\n"
    assert status("ntp", text) == {
        "tcp.ntp": {"sec": "0.002000"},
        "ntp.offset": {"offset": "0.001234", "rootdist": "0.005678"},
    }


@pytest.mark.parametrize(
    ("system", "line", "values"),
    [
        pytest.param("linux", "1 2 3 4", {"cpu_r": "1", "cpu_b": "2", "cpu_w": "U", "mem_swpd": "3"}, id="Linux"),
        pytest.param("sunos", "1 2 3 4", {"cpu_r": "1", "cpu_w": "3", "mem_swap": "4"}, id="Solaris"),
        pytest.param("irix6.5", "x 2 3 4", {"cpu_usr": "2", "cpu_csw": "U"}, id="IRIX"),
    ],
)
def test_vmstat(system: str, line: str, values: dict[str, str]) -> None:
    found = data("vmstat", f"{system}\n{line}\n")["vmstat"]
    assert found.items() >= values.items()


def test_vmstat_of_a_system_that_nobody_knows() -> None:
    assert data("vmstat", "amiga\n1 2 3\n") == {}


def test_netstat() -> None:
    text = "linux\nIp:\nTcp:\n  5 active connection openings\n  7 segments sent out\nUdp:\n  9 packets received\n"
    found = data("netstat", text)["netstat"]
    assert (found["tcpActiveOpens"], found["tcpOutDataPackets"], found["udpInDatagrams"]) == ("5", "7", "9")
    assert found["tcpRetransPackets"] == "U"


def test_ifstat_leaves_the_loopback_out() -> None:
    rows = "".join(
        f"{name}: flags=1\n  RX packets 1  bytes 10 (x)\n  TX packets 1  bytes 20 (x)\n" for name in ("lo", "eth0")
    )
    assert data("ifstat", f"linux\n{rows}") == {"ifstat.eth0": {"bytesSent": "20", "bytesReceived": "10"}}


@pytest.mark.parametrize("head", ["", "data www,example,com.proccounts\n"], ids=["ours", "as it came"])
def test_counts(head: str) -> None:
    assert data("proccounts", f"{head}web:3\n/usr/sbin/sshd:1\n:\nodd\n") == {
        "processes.web": {"count": "3"},
        "processes.,usr,sbin,sshd": {"count": "1"},
    }


def test_a_figure_whose_name_begins_like_a_message() -> None:
    assert data("proccounts", "data base:3\n") == {"processes.data_base": {"count": "3"}}


@pytest.mark.parametrize(
    ("text", "files"),
    [
        pytest.param(
            "[a.rrd]\nDS:x:GAUGE:600:0:U 5\nDS:y:DERIVE:600:0:U\t7\n", {"a": {"x": "5", "y": "7"}}, id="a file"
        ),
        pytest.param(
            "[../../etc/a.rrd]\nDS:x:GAUGE:600:0:U 5\n", {"_.,..,etc,a": {"x": "5"}}, id="it stays where it is"
        ),
        pytest.param("[a]\nDS:x:GAUGE:600:0:U 5\n", {"a": {"x": "5"}}, id="without .rrd"),
        pytest.param("[a.rrd]\nDS:x:NOSUCH:600:0:U 5\nDS:y:GAUGE:600:0:U 5\n", {}, id="an unknown type"),
        pytest.param("[a.rrd]\nDS:x:GAUGE:600:0:U 5\nDS:x:GAUGE:600:0:U 5\n", {}, id="the same name twice"),
        pytest.param("DS:x:GAUGE:600:0:U 5\n", {}, id="no file"),
    ],
)
def test_trends(text: str, files: dict[str, dict[str, str]]) -> None:
    assert data("trends", text) == files


def test_devmon() -> None:
    sources = "DS:in:COUNTER:600:0:U DS:out:COUNTER:600:0:U"
    text = f"green\n<!--DEVMON RRD: if_load 0 0\n{sources}\neth0 1:2\neth1 3\n-->\neth2 5:6\n"
    assert status("if_load", text) == {"if_load.eth0": {"in": "1", "out": "2"}}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("Kept : 5\nGone = 6\nOther one: 7", {"Kept": "5", "Otherone": "7"}, id="types and names"),
        pytest.param(
            "first : 5 MB\nsecond = 80%\nthird: x5", {"first": "5", "second": "80"}, id="what follows a number"
        ),
        pytest.param("a : 1\na! = 2", {"a": "1"}, id="names that become the same"),
        pytest.param("<!-- ncv_skip -->a : 1\nb : 2", {"b": "2"}, id="a line that is left out"),
        pytest.param("<!-- ncv_skipstart -->\na : 1\n<!-- ncv_skipend -->\nb : 2", {"b": "2"}, id="lines that are"),
        pytest.param("<!-- ncv_ignore -->x : 9 </--> a : 1", {"a": "1"}, id="the beginning of a line"),
        pytest.param("a : 1\n<!-- ncv_end -->\nb : 2", {"a": "1"}, id="the end"),
        pytest.param("&green a : 1", {"a": "1"}, id="a coloured line"),
        pytest.param("An absurdly long name of something : 1", {"Anabsurdlylongnameo": "1"}, id="nineteen letters"),
    ],
)
def test_ncv(text: str, values: dict[str, str]) -> None:
    assert status("odd", f"green head : 1\n{text}\n") == {"odd": values}


def test_split_ncv() -> None:
    assert status("split", "green x\nSize of a/b : 1.5\nSize (MB): 2\n") == {
        "split,Size_of_a_b": {"lambda": "1.5"},
        "split,Size_MB": {"lambda": "2"},
    }


def test_ifmib_by_the_minute_has_its_own_section_of_definitions() -> None:
    rows = "".join(f"{name} = 5\n" for names in _VARIABLES.values() for name in names)
    source = Source(kind="data", host="sw", test="ifmib", text=f"Interval=60\n[eth0]\n{rows}".encode(), at=NOW)
    (update,) = ifmib(source)
    assert (update.file, update.test) == ("ifmib.eth0.rrd", "ifmib/60")


def test_iostatdisk_takes_the_second_table() -> None:
    head = "device,r/s,w/s,kr/s,kw/s,wait,actv,svc_t,%w,%b,\n"
    first, second = "dad0,a,9,9,9,9,9,9,9,9,9\n", "dad0,a,1,2,3,4,5,6,7,8,9\nnfs1,1,2,3,4,5,6,7,8,9\n"
    found = data("iostatdisk", f"solaris\nextended\n{head}{first}extended\n{head}{second}")
    assert list(found) == ["iostat.dad0,a", "iostat.nfs1"]
    assert found["iostat.dad0,a"] == found["iostat.nfs1"]
    assert (found["iostat.nfs1"]["rs"], found["iostat.nfs1"]["b"], found["iostat.nfs1"]["tot"]) == ("1", "9", "U")


def test_mqueues() -> None:
    assert data("mqueues", "QM1:ORDERS depth=3 age=12\nQM1:IN depth=0\nodd\n") == {
        "mq.QM1:ORDERS": {"depth": "3", "age": "12"},
        "mq.QM1:IN": {"depth": "0", "age": "U"},
    }


def test_every_data_set_survives_an_empty_text() -> None:
    for name, read in DATASETS.items():
        for text in (b"", b"\n", b"green", b"linux\n"):
            list(read(Source(kind="data", host="www", test=name, text=text, at=NOW)))


def test_hexmon_itself() -> None:
    text = "green hexmon is well\n\nHosts             : 12\nStart lateness    : p50 3 ms, p99 20 ms, worst 31 ms\n"
    found = status("hexmon", f"{text}Messages          : 99\n")["hexmon"]
    assert {name: value for name, value in found.items() if value != "U"} == {
        "hosts": "12",
        "lateness50": "3",
        "lateness99": "20",
        "messages": "99",
    }
