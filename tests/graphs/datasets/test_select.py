"""Which data set reads a text, how much is kept of it, and that nothing which comes can do harm."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.datasets import DATASETS
from hexmon.graphs.datasets.contract import Source
from hexmon.graphs.datasets.reading import file_name
from hexmon.graphs.datasets.select import MOST_UPDATES, Selector, dataset_of, updates_of
from hexmon.graphs.datasets.settings import DatasetSettings, columns_of, from_words
from hexmon.graphs.places import checked_file
from tests.peers.dataset_dice import Text
from tests.peers.dataset_texts import MAKERS, mutated

SETTINGS = from_words({"TEST2RRD": "cpu=la,conn=tcp,JVM,quiet,mine=ncv", "NCV_own": "*:GAUGE", "SPLITNCV_parts": ""})
ANYTHING = from_words({"TEST2RRD": ",".join(f"{name}" for name in DATASETS), "SPLITNCV_split": "", "NCV_odd": "a:ODD"})


def source(test: str, text: str = "green", kind: str = "status", **more: str) -> Source:
    return Source(kind=kind, host="www", test=test, text=text.encode(), at=1e9, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "name"),
    [
        pytest.param(source("cpu"), "la", id="as TEST2RRD says"),
        pytest.param(source("CPU"), "la", id="in any case"),
        pytest.param(source("jvm"), "JVM", id="a data set has its own"),
        pytest.param(source("vmstat", kind="data"), "vmstat", id="called like a data set"),
        pytest.param(source("VMSTAT", kind="data"), "", id="which is a question of case"),
        pytest.param(source("own"), "ncv", id="a column with types of NCV"),
        pytest.param(source("parts"), "ncv", id="of SPLITNCV"),
        pytest.param(source("weather"), "", id="nothing is known of it"),
        pytest.param(source("pop3", "green <!-- [flags:OrdastLe] --> x"), "tcp", id="a network test"),
        pytest.param(source("pop3", "green <!-- [flags:ORdastLe] --> x"), "", id="a reverse test"),
        pytest.param(source("conn", "green <!-- [flags:ORdastLe] --> x"), "", id="a reverse ping"),
        pytest.param(source("quiet", "green <!-- [flags:OrdastLe] --> x"), "", id="a network test with another word"),
        pytest.param(source("cpu", color="purple"), "", id="nobody has reported"),
    ],
)
def test_the_data_set_of_a_text(one: Source, name: str) -> None:
    assert dataset_of(one, SETTINGS) == name


def test_words_of_xymonserver_cfg() -> None:
    assert columns_of(["cpu=la", " disk ", "", "cpu=other", "=x"]) == {"cpu": "la", "disk": "disk"}
    found = from_words({"NCV_a": "x:GAUGE", "SPLITNCV_b": "y:NONE", "RRDDISKS": "^/", "OTHER": "x"})
    assert (found.ncv, found.splitncv, found.disks) == ({"a": "x:GAUGE"}, {"b": "y:NONE"}, "^/")
    assert found.columns == DatasetSettings().columns


def test_of_a_file_that_comes_twice_the_first_counts() -> None:
    text = "web:1\nweb:2\n"
    assert [one.values for one in updates_of(source("proccounts", text, "data"), SETTINGS)] == [("1",)]


def test_a_text_with_very_many_figures() -> None:
    text = "".join(f"n{number}:1\n" for number in range(MOST_UPDATES * 3))
    assert len(list(updates_of(source("proccounts", text, "data"), SETTINGS))) == MOST_UPDATES


@pytest.mark.parametrize(
    ("only", "none_of", "files"),
    [
        pytest.param("", "", ["disk,root.rrd", "disk,srv.rrd", "disk,run.rrd"], id="all"),
        pytest.param("^/S", "", ["disk,srv.rrd"], id="some of them, in any case"),
        pytest.param("", "^/(run|srv)", ["disk,root.rrd"], id="all but some"),
        pytest.param("/", "^/$", ["disk,srv.rrd", "disk,run.rrd"], id="both"),
        pytest.param("(", "", ["disk,root.rrd", "disk,srv.rrd", "disk,run.rrd"], id="a pattern that is none"),
    ],
)
def test_file_systems_that_are_drawn(only: str, none_of: str, files: list[str]) -> None:
    text = "green\n" + "".join(f"/dev/a 1 1 1 1% {mount}\n" for mount in ("/", "/srv", "/run"))
    settings = from_words({"RRDDISKS": only, "NORRDDISKS": none_of})
    assert [one.file for one in updates_of(source("disk", text), settings)] == files


def test_memory_in_cpu_counts_only_without_a_square_for_memory() -> None:
    cpu = "green up: 1 days, load=1\nTotal Physical memory: 1000\nAvailable Physical memory: 400\n"
    cpu += "Total PageFile size: 1000\nAvailable PageFile size: 500\n"
    selector = Selector(from_words({}))
    assert [one.file for one in selector.updates_of(source("cpu", cpu))] == [
        "la.rrd",
        "memory.real.rrd",
        "memory.swap.rrd",
    ]
    list(selector.updates_of(source("memory")))
    assert [one.file for one in selector.updates_of(source("cpu", cpu))] == ["la.rrd"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        pytest.param("a b/c", "a_b,c.rrd", id="blanks and slashes"),
        pytest.param(".hidden", "_hidden.rrd", id="a dot in front"),
        pytest.param("a\x00\tb", "a__b.rrd", id="control characters"),
    ],
)
def test_names_of_files(name: str, file: str) -> None:
    assert file_name(name) == file


@given(st.text(max_size=600))
def test_every_name_can_be_that_of_a_file(name: str) -> None:
    checked_file(file_name(name))


TEXTS = st.binary(max_size=400) | st.text(
    alphabet=st.sampled_from("0123456789 .,:=%/&<>-!()[]\t\nabDS"), max_size=400
).map(str.encode)


@given(
    st.sampled_from(sorted({*DATASETS, "conn", "http", "ntp", "odd", "split"})),
    st.sampled_from(["status", "data"]),
    TEXTS,
)
def test_whatever_comes_it_is_read(test: str, kind: str, text: bytes) -> None:
    check(Source(kind=kind, host="www", test=test, text=text, at=1e9))


@given(st.sampled_from(sorted(MAKERS)), st.randoms(use_true_random=False))
def test_spoilt_texts_are_read(name: str, dice: "object") -> None:
    text: Text = mutated(MAKERS[name](dice), dice)  # type: ignore[arg-type]
    check(Source(kind=text.kind, host="www", test=text.test, text=text.text.encode(), at=1e9))


def check(one: Source) -> None:
    for update in updates_of(one, ANYTHING):
        checked_file(update.file)
        assert len(update.sources) == len(update.values)
        assert len({source.name for source in update.sources}) == len(update.sources)
        assert all(len(value) < 200 for value in update.values)


HOSTILE = {
    "a long line": "9" * 200_000,
    "many blanks": " " * 200_000,
    "many lines": "a:\n" * 50_000,
    "many numbers": "1 " * 100_000,
    "many signs": "=" * 100_000,
    "many comments": "<!-- ncv_ignore -->" * 10_000,
    "many names": "Name=" * 30_000,
    "many tags": "&green a\n" * 20_000,
    "many sections": "[a]\n" * 40_000,
    "many types": "Type=ExecuteQueueRuntime Name=a\n" * 5_000,
}


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_texts_that_are_meant_to_take_long(name: str) -> None:
    for text in HOSTILE.values():
        begun = time.thread_time()
        for marked in (
            f"linux\n{text}",
            f"green netapp.pl dbcheck.pl beastat.pl\nAppl\n---- Full Status Report ----\n{text}",
        ):
            check(Source(kind="data", host="www", test=name, text=marked.encode(), at=1e9))
        assert time.thread_time() - begun < 5
