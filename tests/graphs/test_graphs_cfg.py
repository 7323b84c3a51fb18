"""graphs.cfg as text: what is understood, what is complained about, and that nothing makes the reader fall over."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.line import Line
from hexmon.config.lines import read_lines
from hexmon.graphs.choose import Chosen, needs
from hexmon.graphs.graphs_cfg import Definition, GraphBook, read_graphs
from hexmon.graphs.palette import THEMES
from hexmon.graphs.script import Setting, fill_in
from hexmon.graphs.source import BUILT_IN_FILE, GraphsSource, built_in
from hexmon.graphs.statements import read_statement
from hexmon.model.origin import Origin, Problem


def read(text: str) -> GraphBook:
    return read_graphs(Line(line, Origin("graphs.cfg", number)) for number, line in enumerate(text.split("\n"), 1))


def one(text: str) -> Definition:
    (found,) = read(text).definitions.values()
    return found


def test_a_section_has_its_words_and_its_lines_in_order() -> None:
    found = one(
        "# a comment\n[disk]\n\tFNPATTERN ^disk(.*).rrd\n EXFNPATTERN ^disk,tmp\n\tTITLE Disk use\n\tYAXIS % full\n"
        "\t# another\n\t-u 100\n\tDEF:p@RRDIDX@=@RRDFN@:pct:AVERAGE\n\tLINE2:p@RRDIDX@#@COLOR@:@RRDPARAM@"
    )
    assert (found.name, found.title, found.y_axis) == ("disk", "Disk use", "% full")
    assert (found.pattern, found.unless) == ("^disk(.*).rrd", "^disk,tmp")
    assert found.lines == ("-u 100", "DEF:p@RRDIDX@=@RRDFN@:pct:AVERAGE", "LINE2:p@RRDIDX@#@COLOR@:@RRDPARAM@")
    assert found.origin == Origin("graphs.cfg", 2)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        pytest.param("title lower case", "title", "lower case", id="words are known in any case"),
        pytest.param("TITLEglued", "title", "glued", id="no blank is needed, as in Xymon"),
        pytest.param("TITLE exec:/bin/name it", "command", "/bin/name it", id="a program may make the title"),
        pytest.param("TITLE exec:/bin/name it", "title", "", id="... and then there is no other"),
        pytest.param("GRAPHOPTIONS --slope-mode -E", "options", ("--slope-mode", "-E"), id="options for the section"),
        pytest.param("NOVZOOM", "vertical_zoom", False, id="no vertical zoom"),
        pytest.param("RIGHTAXIS Users", "right_axis", "Users", id="the second axis"),
    ],
)
def test_the_words_of_a_section(line: str, field: str, value: object) -> None:
    assert getattr(one(f"[x]\n{line}"), field) == value


def test_of_two_sections_with_one_name_the_later_counts() -> None:
    assert one("[x]\nTITLE first\n[x]\nTITLE second").title == "second"


def test_an_own_section_takes_the_place_of_a_built_in_one_and_the_others_stay() -> None:
    book = read("[la]\nTITLE mine").over(read("[la]\nTITLE theirs\n[disk]\nTITLE disks"))
    assert {name: one.title for name, one in book.definitions.items()} == {"la": "mine", "disk": "disks"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("TITLE x", "stands before the first section", id="a line before any section"),
        pytest.param("[x", "has no closing bracket", id="half a bracket"),
        pytest.param("[]", "cannot be the name", id="no name"),
        pytest.param("[a/b]", "cannot be the name", id="a slash, which no URL could hold"),
        pytest.param("[x]\nFNPATTERN (", "is not a regular expression", id="a broken pattern"),
        pytest.param("[x]\nGPRNT:a:LAST:%lf", "did you mean GPRINT?", id="a misspelt statement"),
        pytest.param("[x]\nhello", "no statement of rrdgraph", id="anything else"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, told: str) -> None:
    (problem,) = read(text).problems
    assert told in str(problem)
    assert str(problem).startswith(f"graphs.cfg:{len(text.split(chr(10)))}: ")
    assert not problem.fatal


@given(st.text(alphabet=st.sampled_from("[]()@RDFNTILE:#,=-* \t\n\\%abz0") | st.characters(), max_size=300))
def test_whatever_a_file_says_it_is_read_and_filled_in(text: str) -> None:
    for definition in read(text).definitions.values():
        needs(definition)
        script = fill_in(definition, (Chosen("a.rrd", "x"),), Setting("x", THEMES["dark"]))
        assert len(script.statements) <= len(definition.lines)


@given(st.text(max_size=200))
def test_a_statement_is_put_together_again_as_it_was(text: str) -> None:
    statement = read_statement(text)
    assert statement.text == (text if not statement.kind else statement.kind + text[len(statement.kind) :])


# The names of the sections of an installed graphs.cfg of Xymon 4.3.30.
XYMON = """
la la-multi la1 la1-multi clock disk disk1 qtree inode memory ram ram-multi swap swap-multi mem mem-multi
users users-multi tcp http conn-multi ntpstat vmstat vmstat1 vmstat2 vmstat3 vmstat4 vmstat5 vmstat6 vmstat7
vmstat8 vmstat9 vmstat0 netstat netstat0 netstat1 netstat2 netstat3 netstat3-multi iostat apache apache1
apache2 apache3 apache3-multi bea bea2 bea3 bea4 bind sendmail sendmail1 mailq iishealth temperature citrix
xymongen xymonnet xymonproxy xymond xymon xymon1 xymon2 mrtg mysqlslow mysqlthread ifstat files processes
ports lines deltalines ops stats cifs snapshot quotas xstatdisk xstatqtree xstatvolume xstatlun xstatifnet JVM
JVM1 JDBCConn ExecQueue Session HitCache TblSpace TblSpace1 JMS JTA RollBack InvObj MemReq snapmirr snaplist2
snaplist1 snaplist paging mdc mdchitpct cics dsa getvis maxuser nparts ifmib ifmib1 ifmib2 ifmib3
"""
SITES = """
availability bandwidth packets packets-type errors retransmits system tamper network system1 system2 system3
system4 smoke roundtrip procs ntpoffset
"""


def test_the_built_in_file_has_every_graph_of_xymon_and_those_of_sites_and_no_mistake() -> None:
    problems: list[Problem] = []
    book = read_graphs(read_lines(BUILT_IN_FILE, problems))
    assert problems == []
    assert book.problems == ()
    assert {*XYMON.split(), *SITES.split()} <= set(book.definitions)
    assert all(one.title and one.y_axis and needs(one) for one in book.definitions.values())


def test_a_changed_file_is_read_again_and_one_that_cannot_be_read_keeps_the_book(tmp_path: Path) -> None:
    path = tmp_path / "graphs.cfg"
    source = GraphsSource(path)
    assert source.book().definitions.keys() == built_in().definitions.keys()
    path.write_text("[mine]\nTITLE A\n[la]\nTITLE B\ninclude nowhere.cfg\n")
    assert source.book().definitions["mine"].title == "A"
    assert source.book().definitions["la"].title == "B"
    assert [problem.message for problem in source.problems] == ["the file nowhere.cfg does not exist"]
    path.unlink()
    path.mkdir()
    assert "mine" in source.book().definitions
    assert source.problems
