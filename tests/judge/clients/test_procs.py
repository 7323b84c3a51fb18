"""procs: how many lines of ps fit each PROC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.expression import Expression
from hexmon.judge.clients.rules import Proc
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from tests.support.client_rules import HOST, figures, squares

GREEN, CLEAR, YELLOW, RED = Color.GREEN, Color.CLEAR, Color.YELLOW, Color.RED

PS = r"""    PID USER      CMD
      1 root      /sbin/init
    412 root      sshd: /usr/sbin/sshd -D
  50122 root       \_ sshd: root@pts/0
  50140 root       |   \_ -bash
    601 root      /usr/sbin/apache2 -k start
    602 www-data   \_ /usr/sbin/apache2 -k start
    603 www-data   \_ /usr/sbin/apache2 -k start
   1040 postgres  _pg -D "/var/lib" & <b>
"""


def proc(pattern: str, least: int = 1, most: int | None = None, color: Color = RED, **fields: object) -> Proc:
    return Proc(pattern=Expression(pattern), least=least, most=most, color=color, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        pytest.param(proc("sshd"), "&green sshd (found 2, req. 1 or more)", id="letters anywhere in the command"),
        pytest.param(proc("SSHD"), "&red SSHD (found 0, req. 1 or more)", id="letters as they are"),
        pytest.param(proc("%SSHD"), "&green %SSHD (found 2, req. 1 or more)", id="a pattern in any case"),
        pytest.param(proc("%(?-i)SSHD"), "&red %(?-i)SSHD (found 0, req. 1 or more)", id="unless it says otherwise"),
        pytest.param(proc("%^sshd"), "&green %^sshd (found 2, req. 1 or more)", id="a pattern behind the tree"),
        pytest.param(proc("%start$", 4), "&red %start$ (found 3, req. 4 or more)", id="to the end of the line"),
        pytest.param(proc("%^-bash$", 0, 0), "&red %^-bash$ (found 1, req. at most 0)", id="must not run"),
        pytest.param(proc("apache2", 1, 2), "&red apache2 (found 3, req. between 1 and 2)", id="too many"),
        pytest.param(proc("apache2", 2, 5), "&green apache2 (found 3, req. between 2 and 5)", id="between"),
        pytest.param(proc("nginx", 0), "&green nginx (found 0, req. none)", id="any number"),
        pytest.param(proc("*"), "&red * (found 0, req. 1 or more)", id="a star is a letter"),
        pytest.param(proc("CMD"), "&green CMD (found 1, req. 1 or more)", id="the heading is a line like the others"),
        pytest.param(proc("www-data"), "&red www-data (found 0, req. 1 or more)", id="only the command counts"),
        pytest.param(proc("x", color=YELLOW), "&yellow x (found 0, req. 1 or more)", id="the colour of the setting"),
        pytest.param(proc("x", color=GREEN), "&green x (found 0, req. 1 or more)", id="be it green"),
        pytest.param(proc("%^x", text="The X"), "&red The X (found 0, req. 1 or more)", id="a name of its own"),
        pytest.param(proc("%(x"), "&red %(x (found 0, req. 1 or more)", id="a pattern that cannot be used"),
        pytest.param(
            proc("%a(?!pache)|init(?=$)"), "&green %a(?!pache)|init(?=$) (found 6, req. 1 or more)", id="PCRE"
        ),
        pytest.param(proc(r"%(?-m)\Asshd"), r"&green %(?-m)\Asshd (found 2, req. 1 or more)", id="flags and ends"),
        pytest.param(proc("%^$"), "&red %^$ (found 0, req. 1 or more)", id="no command is empty"),
        pytest.param(proc(r"%2\s"), r"&green %2\s (found 3, req. 1 or more)", id="what a line end would fit too"),
    ],
)
def test_a_line_for_each_setting(rule: Proc, line: str) -> None:
    report = squares(f"[ps]\n{PS}", rule)["procs"]
    assert report.text.decode().split("\n")[1] == line
    assert report.color.word == line[1:].split(" ")[0]
    wanted = "NOT ok" if report.color in (RED, YELLOW) else "ok"
    assert report.text.split(b"\n")[0].endswith(f" - Processes {wanted}".encode())


def test_the_worst_of_all_and_the_groups_of_what_is_bad() -> None:
    rules = (
        proc("sshd", groups=("unix",)),
        proc("x", color=YELLOW, groups=("web", "night")),
        proc("y", groups=("dba", "web")),
    )
    report = squares(f"[ps]\n{PS}", *rules)["procs"]
    assert (report.color, report.groups) == (RED, ("web", "night", "dba"))


def test_letters_behind_a_pattern_are_looked_for_without_the_tree() -> None:
    """As xymond_client does: what it strips for a pattern stays stripped for the settings below."""
    assert "&green _pg (found 1" in squares(f"[ps]\n{PS}", proc("_pg"))["procs"].text.decode()
    assert "&red _pg (found 0" in squares(f"[ps]\n{PS}", proc("%x", 0), proc("_pg"))["procs"].text.decode()


def test_the_listing_has_no_markup_and_can_be_left_out() -> None:
    assert b'_pg -D "/var/lib" &amp; &lt;b&gt;\n' in squares(f"[ps]\n{PS}")["procs"].text
    assert b"_pg" not in squares(f"[ps]\n{PS}", settings=ClientJudging(list_processes=False))["procs"].text


def test_nothing_to_judge_by() -> None:
    report = squares(f"[ps]\n{PS}")["procs"]
    assert report.text.decode().split("\n")[:2] == [
        "clear Fri Nov 20 08:00:00 UTC 2026 - Processes ok",
        "&clear No process checks defined",
    ]
    settings = ClientJudging(clear_color=YELLOW)
    assert squares("[ps]\nno heading\n", settings=settings)["procs"].color is YELLOW


def test_a_listing_without_headings() -> None:
    report = squares("[ps]\nCommand\nsshd\n", proc("sshd"))["procs"]
    assert report.color is YELLOW
    assert b"&yellow Expected string CMD not found in ps output header\n" in report.text


def test_no_square() -> None:
    assert "procs" not in squares("[uptime]\nup\n", proc("sshd"))
    host = Host(name=HOST.name, nocolumns=frozenset({"procs"}))
    assert "procs" not in squares(f"[ps]\n{PS}", proc("sshd"), host=host)


def test_figures_of_what_is_tracked() -> None:
    rules = (proc("sshd", track=""), proc("apache2", track="web:1"), proc("init"))
    assert figures(f"[ps]\n{PS}", *rules)["proccounts"] == "default:2\nweb;1:3\n"
    assert "proccounts" not in figures(f"[ps]\n{PS}", proc("init"))


def test_a_pattern_that_takes_too_long_says_so() -> None:
    body = "[ps]\nCMD\n" + "".join(f"{'a' * 40}{number}!\n" for number in range(20))
    rules = (proc("%(?!x)(a|aa)+$", groups=("g",)), proc("%(?!x)a", 20), *[proc("%(?!x)(a|aa)+$")] * 40)
    report = squares(body, *rules)["procs"]
    told = report.text.decode().split("\n")
    assert told[1] == "&yellow %(?!x)(a|aa)+$: the pattern took too long, nothing is known of it"
    assert told[2] == "&green %(?!x)a (found 20, req. 20 or more)"
    assert (report.color, report.groups) == (YELLOW, ("g",))


def test_very_many_processes() -> None:
    body = "[ps]\nCMD\n" + "".join(f"process {number}\n" for number in range(100_000))
    report = squares(body, proc("%process", 100_000), proc("99", 3691), proc("%s 99999$"))["procs"]
    told = report.text.decode().split("\n")
    assert told[1:4] == [
        "&green %process (found 100000, req. 100000 or more)",
        "&green 99 (found 3691, req. 3691 or more)",
        "&green %s 99999$ (found 1, req. 1 or more)",
    ]
    assert len(report.text) < 300_000
    assert b" characters more]\n" in report.text


@given(st.text(alphabet="ab |\\_CMD\n\té\x00<&", max_size=60), st.sampled_from(["a", "%a", "%^a", "%a$", "%[^b]+a"]))
def test_any_listing(text: str, pattern: str) -> None:
    """Each command counts that the pattern fits by itself, whatever the others are."""
    lines = f"CMD\n{text}".split("\n\n[", 1)[0].split("\n")
    commands = [line.lstrip(" |\\_") if pattern.startswith("%") else line for line in lines]
    wanted = sum(1 for command in commands if command and Expression(pattern).occurs(command))
    told = squares("[ps]\n" + "\n".join(lines), proc(pattern, 0))["procs"].text.decode()
    assert f"&green {pattern} (found {wanted}, req. none)\n" in told
