"""The arguments of rrdgraph: what a section, its files and a frame become, and that names of files are only names."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.graphs.choose import Chosen
from hexmon.graphs.draw import (
    Axes,
    Frame,
    axes_of,
    export_arguments,
    figures_arguments,
    label_of,
    picture_arguments,
    right_scale,
    series_of,
)
from hexmon.graphs.graphs_cfg import Definition
from hexmon.graphs.palette import SERIES, THEMES, adapt, contrast
from hexmon.graphs.script import Script, Setting, fill_in
from hexmon.graphs.source import built_in

LIGHT = Setting("disk", THEMES["light"], "/rrd/www")
DISK = Definition(
    name="disk",
    lines=(
        "-u 100",
        "--lower-limit 0",
        "DEF:p@RRDIDX@=@RRDFN@:pct:AVERAGE",
        "LINE2:p@RRDIDX@#@COLOR@:@RRDPARAM@:@STACKIT@",
        "GPRINT:p@RRDIDX@:LAST:@RRDPARAM@ \\: %5.1lf (cur)\\n",
    ),
)
FRAME = Frame(start=1000, end=9000)


def drawn(definition: Definition, *files: Chosen, setting: Setting = LIGHT, begin: int = 0) -> Script:
    return fill_in(definition, files, setting, begin)


def texts(script: Script) -> list[str]:
    return [statement.text for statement in script.statements]


def test_a_section_is_filled_in_for_each_file() -> None:
    script = drawn(DISK, Chosen("disk,root.rrd", ","), Chosen("disk,var.rrd", ",var"))
    assert script.options == ("-u", "100", "--lower-limit", "0")
    assert texts(script) == [
        "DEF:p0=disk,root.rrd:pct:AVERAGE",
        "LINE2:p0#0072B2:/   :",
        "GPRINT:p0:LAST:/    \\: %5.1lf (cur)\\n",
        "DEF:p1=disk,var.rrd:pct:AVERAGE",
        "LINE2:p1#C8500A:/var:STACK",
        "GPRINT:p1:LAST:/var \\: %5.1lf (cur)\\n",
    ]


def test_numbers_of_files_go_on_from_picture_to_picture() -> None:
    assert texts(drawn(DISK, Chosen("a.rrd", "a"), begin=7))[0] == "DEF:p7=a.rrd:pct:AVERAGE"


@pytest.mark.parametrize(
    ("line", "file", "result"),
    [
        pytest.param("COMMENT:@RRDMETA@", Chosen("x", "3", "eth0"), "COMMENT:eth0", id="rrd.meta"),
        pytest.param("COMMENT:@RRDMETA@", Chosen("x", "3"), "COMMENT:3", id="without it the part of the name"),
        pytest.param("COMMENT:@SERVICE@@HOME@", Chosen("x"), "COMMENT:disk@HOME@", id="what is no variable stays"),
        pytest.param("DEF:a=@RRDDIR@/a.rrd:x:LAST", Chosen("x"), "DEF:a=/rrd/www/a.rrd:x:LAST", id="the folder"),
        pytest.param("DEF:a=@RRDFN@:x:LAST", Chosen("a:b.rrd"), "DEF:a=a\\:b.rrd:x:LAST", id="colons in a file's name"),
        pytest.param("LINE1:a#@COLOR@:@RRDPARAM@", Chosen("x", "a:b"), "LINE1:a#0072B2:a\\:b", id="... in a legend"),
        pytest.param("GPRINT:a:LAST:@RRDPARAM@", Chosen("x", "50%lf"), "GPRINT:a:LAST:50%%lf", id="in formats"),
        pytest.param("COMMENT:@RRDPARAM@", Chosen("x", "50%"), "COMMENT:50%", id="... and elsewhere"),
        pytest.param("COMMENT:@RRDPARAM@", Chosen("x", "a\\n"), "COMMENT:a\N{SET MINUS}n", id="backslashes"),
        pytest.param("COMMENT:@RRDPARAM@", Chosen("x", "a\n\x1b\u202e"), "COMMENT:a\N{REPLACEMENT CHARACTER}"
                     "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}", id="control characters"),
        pytest.param("COMMENT:@RRDPARAM@", Chosen("x", "x" * 300), "COMMENT:" + "x" * 100, id="too long"),
        pytest.param("COMMENT:@RRDPARAM@", Chosen("x", "<b>"), "COMMENT:<b>", id="no markup"),
    ],
)  # fmt: skip
def test_the_variables(line: str, file: Chosen, result: str) -> None:
    assert texts(drawn(Definition(name="x", lines=(line,)), file)) == [result]


def test_names_are_no_markup_where_the_section_asks_for_markup() -> None:
    script = drawn(Definition(name="x", lines=("-P", "COMMENT:<b>@RRDPARAM@</b>")), Chosen("x", "<i>&"))
    assert texts(script) == ["COMMENT:<b>&lt;i&gt;&amp;</b>"]


@given(st.text(max_size=40))
def test_a_name_ends_no_field_and_begins_no_escape(name: str) -> None:
    script = drawn(DISK, Chosen("a.rrd", name))
    line = script.statements[1]
    assert len(line.fields) == 3
    assert line.fields[1].replace("\\:", "").count("\\") == 0
    assert "\n" not in line.text
    line.text.encode()


def words(frame: Frame, script: Script | None = None, axes: Axes = Axes()) -> list[str]:  # noqa: B008
    script = script or drawn(DISK, Chosen("a.rrd", "a"))
    return picture_arguments(script, frame, axes)


def option(found: list[str], name: str) -> list[str]:
    return [value for word, value in pairwise(found) if word == name]


def test_the_frame_becomes_options() -> None:
    found = words(Frame(start=1000, end=9000, width=800, height=200, whole=True, format="png", title="-- www"))
    assert option(found, "--start") == ["1000"]
    assert option(found, "--end") == ["9000"]
    assert option(found, "--width") == ["800"]
    assert option(found, "--imgformat") == ["PNG"]
    assert option(found, "--title") == ["-- www"]
    assert "--full-size-mode" in found
    assert "--no-legend" not in found
    assert "BACK#FFFFFF" in found
    assert "BACK#FFFFFF00" in words(FRAME)


def test_limits_take_the_place_of_those_of_the_section() -> None:
    found = words(Frame(start=0, end=100, upper=50.0))
    assert option(found, "--upper-limit") == ["50"]
    assert "-u" not in found
    assert option(found, "--lower-limit") == ["0"]
    assert "--rigid" in found
    found = words(Frame(start=0, end=100, lower=5.0, upper=6.0))
    assert option(found, "--lower-limit") == ["5"]


def test_without_a_legend_nothing_is_written_below_the_picture() -> None:
    found = words(Frame(start=0, end=100, legend=False))
    assert not [word for word in found if word.startswith(("GPRINT", "COMMENT"))]
    assert "--no-legend" in found


def test_what_the_section_says_last_counts_but_for_the_frame() -> None:
    found = words(
        FRAME, drawn(Definition(name="x", lines=("-c BACK#123456", "-a PDF", "DEF:a=a.rrd:x:LAST")), Chosen("x"))
    )
    assert found.index("BACK#123456") > found.index("BACK#FFFFFF00")
    assert found.index("--imgformat") > found.index("-a")


def test_a_line_on_the_right_axis_is_scaled_and_its_figures_are_not() -> None:
    definition = Definition(
        name="x",
        lines=("-u 100", "DEF:a=a.rrd:x:LAST", "DEF:b=a.rrd:y:LAST", "LINE1:a#0072B2:A", "RIGHTLINE2:b#C8500A:B"),
    )
    script = drawn(definition, Chosen("a.rrd"))
    axes = axes_of(script, FRAME, [40.0, 7100.0], "%", "per second")
    assert axes.scale == 80.0
    found = words(FRAME, script, axes)
    assert option(found, "--right-axis") == ["80:0"]
    assert option(found, "--right-axis-label") == ["per second"]
    assert "CDEF:hexmon_b=b,80,/" in found
    assert "LINE2:hexmon_b#C8500A:B" in found
    assert [one.value for one in series_of(script)] == ["a", "b"]
    figures = figures_arguments(script, FRAME, series_of(script), 95)
    assert "VDEF:hexmon_f1PE=b,95,PERCENTNAN" in figures
    assert [word for word in export_arguments(script, FRAME, series_of(script)) if word.startswith("XPORT")] == [
        "XPORT:a:0",
        "XPORT:b:1",
    ]


@pytest.mark.parametrize(
    ("greatest", "scale"),
    [
        pytest.param([10.0, 10.0], 1.0, id="the same"),
        pytest.param([10.0, 12.0], 1.5, id="a little more"),
        pytest.param([37.0, 100.0], 3.0, id="per cent beside milliseconds"),
        pytest.param([1e9, 0.004], 4e-12, id="much less"),
        pytest.param([float("nan"), 5.0], 1.0, id="nothing at the left"),
        pytest.param([5.0, float("nan")], 1.0, id="nothing at the right"),
        pytest.param([], 1.0, id="nothing at all"),
    ],
)
def test_the_scale_of_the_right_axis_has_round_marks(greatest: list[float], scale: float) -> None:
    lines = ("DEF:a=a.rrd:x:LAST", "DEF:b=a.rrd:y:LAST", "LINE1:a#0072B2:A", "RIGHTLINE2:b#C8500A:B")
    script = drawn(Definition(name="x", lines=lines), Chosen("a.rrd"))
    assert right_scale(script, FRAME, greatest) == pytest.approx(scale)


def test_round_marks_beside_powers_of_1024() -> None:
    lines = ("-b 1024", "DEF:a=a.rrd:x:LAST", "LINE1:a#0072B2:A", "RIGHTLINE2:a#C8500A:B")
    script = drawn(Definition(name="x", lines=lines), Chosen("a.rrd"))
    scale = right_scale(script, FRAME, [8e8, 5000.0])
    assert scale * 1024**2 == pytest.approx(8.0)
    nothing_left = right_scale(script, FRAME, [0.0, 1700.0])
    assert nothing_left * 1024 == pytest.approx(1500.0)  # a mark at 1 k of the left is 1500 of the right


@pytest.mark.parametrize(
    ("legend", "label"),
    [("CPU Load\\n", "CPU Load"), ("a\\:b  \\l", "a:b"), ("In :", "In"), ("  ", ""), ("Blue           \\:", "Blue")],
)
def test_labels_are_legends_without_what_aligns_them(legend: str, label: str) -> None:
    assert label_of(legend) == label


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_series_stand_out_from_the_ground_of_every_theme(theme: object) -> None:
    for found in THEMES.values():
        ratios = {pair[found.dark]: contrast(pair[found.dark], found.ground) for pair in SERIES}
        assert {color: ratio for color, ratio in ratios.items() if ratio < 3.0} == {}
    assert theme


@given(st.from_regex(r"\A#[0-9A-Fa-f]{6}\Z"))
def test_any_colour_becomes_one_that_can_be_seen(color: str) -> None:
    for theme in THEMES.values():
        assert contrast(adapt(color, theme)[1:7], theme.ground) >= 3.0
        assert adapt(f"{color}80", theme).endswith("80")


def test_every_built_in_section_can_be_filled_in_and_has_a_legend() -> None:
    for definition in built_in().definitions.values():
        script = drawn(definition, Chosen("a.rrd", "a"))
        assert series_of(script), definition.name
