"""memory: the table, its colours and its words."""

import pytest

from hexmon.judge.clients.memory import per_cent
from hexmon.judge.clients.rules import Memory, Rule
from hexmon.model.color import Color
from hexmon.model.status import Report
from tests.support.client_rules import DATE, squares

MIB = 1024
NEW = "               total        used        free      shared  buff/cache   available\n"


def free(used: int = 500, available: int = 600, swap: int = 10, total: int = 1000, swap_total: int = 100) -> str:
    """What free(1) prints, for figures in MiB."""
    return (
        f"[free]\n{NEW}Mem: {total * MIB} {used * MIB} 0 0 0 {available * MIB}\n"
        f"Swap: {swap_total * MIB} {swap * MIB} {(swap_total - swap) * MIB}\n"
    )


def memory(body: str, *rules: Rule, os_type: str = "linux") -> Report:
    return squares(body, *rules, os_type=os_type)["memory"]


def test_the_table() -> None:
    assert memory(free(available=90, swap=51)).text.decode() == (
        f"yellow {DATE} - Memory low\n"
        "   Memory                  Used       Total  Percentage\n"
        "&green Real/Physical           500M       1000M         50%\n"
        "&yellow Actual/Virtual          910M       1000M         91%\n"
        "&yellow Swap/Page                51M        100M         51%\n"
        "\n"
        "Status message received from 127.0.0.1\n"
    )


@pytest.mark.parametrize(
    ("body", "rules", "color", "words"),
    [
        pytest.param(free(available=100), (), Color.GREEN, "OK", id="actual at the usual limit"),
        pytest.param(free(available=90), (), Color.YELLOW, "low", id="above it"),
        pytest.param(free(available=20), (), Color.RED, "CRITICAL", id="above the second"),
        pytest.param(free(swap=50), (), Color.GREEN, "OK", id="swap at the usual limit"),
        pytest.param(free(swap=51), (), Color.YELLOW, "low", id="swap above it"),
        pytest.param(free(swap=81), (), Color.RED, "CRITICAL", id="swap above the second"),
        pytest.param(free(used=1000), (), Color.GREEN, "OK", id="all physical memory in use is as it should be"),
        pytest.param(free(used=1500), (Memory(kind="phys", warn=5, panic=9),), Color.GREEN, "OK", id="more than all"),
        pytest.param(free(available=-200), (), Color.RED, "CRITICAL", id="more actual memory than there is"),
        pytest.param(free(swap=200), (), Color.YELLOW, "invalid data when parsing", id="more swap than there is"),
        pytest.param(free(swap=200, available=0), (), Color.RED, "invalid data when parsing", id="and no memory"),
        pytest.param(free(swap_total=0, swap=0), (), Color.GREEN, "OK", id="no swap at all"),
        pytest.param(free(0, 0, 0, 0, 0), (), Color.YELLOW, "detection FAILED", id="nothing at all"),
        pytest.param(
            free(used=500),
            (
                Memory(kind="act", warn=1, panic=90),
                Memory(kind="phys", warn=49, panic=90),
                Memory(kind="act", warn=2, panic=3),
            ),
            Color.YELLOW,
            "low",
            id="the first of each kind",
        ),
    ],
)
def test_colours_and_words(body: str, rules: tuple[Rule, ...], color: Color, words: str) -> None:
    report = memory(body, *rules)
    assert (report.color, report.text.decode().partition("\n")[0]) == (color, f"{color.word} {DATE} - Memory {words}")


def test_swap_that_makes_no_sense_is_marked() -> None:
    assert (
        b"&yellow Swap/Page               200M        100M          0% - invalid data\n" in memory(free(swap=200)).text
    )


def test_groups_of_what_triggered() -> None:
    rules = (
        Memory(kind="act", warn=90, panic=97, groups=("web",)),
        Memory(kind="swap", warn=1, panic=2, groups=("admins",)),
    )
    assert memory(free(), *rules).groups == ("admins",)


@pytest.mark.parametrize(
    ("os_type", "body"),
    [
        pytest.param("linux", "[free]\nfree: not found\n", id="no free"),
        pytest.param("linux", f"[free]\n{NEW}Mem: 1000\n", id="a row that was cut off"),
        pytest.param("linux", f"[free]\n{NEW}Mem: a b c d e f\n", id="words"),
        pytest.param("linux", "[meminfo]\nTotal:1000\nFree:100\n", id="sections of another system"),
        pytest.param("freebsd", "[meminfo]\nTotal:1000\n", id="FreeBSD without what is free"),
        pytest.param("freebsd", "[vmtotal]\nx\nFree Memory: 1024K\n", id="FreeBSD without the whole"),
        pytest.param("netbsd", "[meminfo]\nTotal:1000\nFree:100\nSwaptotal:100\n", id="NetBSD without swap in use"),
        pytest.param("darwin", "[meminfo]\n(page size of 4096 bytes)\n", id="macOS without any pages"),
        pytest.param("darwin", "[meminfo]\n\nPages free: 1.\n", id="macOS without the size of a page"),
        pytest.param("sunos", "[prtconf]\nx\nMemory size: 100 Megabytes\n[memory]\n0 0 0 1 2\n", id="Solaris, no swap"),
        pytest.param("sunos", "[prtconf]\n[memory]\n0 0 0 1 2\n[swaplist]\n", id="Solaris without the whole"),
        pytest.param("aix", "[realmem]\nrealmem 1024\n[freemem]\n1 2 3 4\n", id="AIX without swap"),
        pytest.param("hpux", "[memory]\nTotal:10\nFree:1\n[swapinfo]\nx\n", id="HP-UX without swap"),
        pytest.param("irix", "[top]\nx\nMemory: 10M max\n", id="IRIX with half a line"),
        pytest.param("osf1", "[memory]\n\nfree pages = 10\n[swap]\n", id="Tru64 without the whole"),
        pytest.param("osf1", "[memory]\n\n[swap]\n", id="Tru64 without anything"),
        pytest.param("sco_sv", "[memsize]\n1024\n[freemem]\nx 1 2\n", id="SCO without swap"),
        pytest.param("bbwin", "[memory]\nphysical: 10 5\n", id="Windows without a heading"),
    ],
)
def test_without_figures_there_is_no_square(os_type: str, body: str) -> None:
    assert "memory" not in squares(body, os_type=os_type)


@pytest.mark.parametrize(
    ("os_type", "body", "row"),
    [
        pytest.param(
            "freebsd",
            "[meminfo]\nTotal:1000\nActual:800\nFree:100\n",
            "&green Actual/Virtual          800M       1000M         80%",
            id="FreeBSD says what is really in use",
        ),
        pytest.param(
            "freebsd",
            "[meminfo]\nTotal:1000\nFree:1\n[vmtotal]\nx\nFree Memory Pages: 204800\n",
            "&green Real/Physical           800M       1000M         80%",
            id="FreeBSD's pages that are free",
        ),
        pytest.param(
            "sunos",
            "[prtconf]\nx\nMemory size: 100 Megabytes\n[memory]\n0 0 0 1 20480\n[swaplist]\nNo swap configured\n",
            "&green Swap/Page                 0M          0M          0%",
            id="Solaris without swap",
        ),
        pytest.param(
            "osf1",
            "[memory]\n\nTotal Physical Memory =  512.00 M\n\nManaged Pages Break Down:\n free pages = 6400\n[swap]\n",
            "&green Real/Physical           462M        512M         90%",
            id="Tru64 with pages of 8 KiB",
        ),
        pytest.param(
            "osf1",
            "[memory]\n\nTotal Physical Memory = 512 M\n= 0 x\nManaged Pages Break Down:\nfree pages = 6400\n[swap]",
            "&green Real/Physical           462M        512M         90%",
            id="Tru64 with no pages at all",
        ),
        pytest.param(
            "aix",
            "[realmem]\nnothing\n[freemem]\n1 2\n[swap]\nx\ny\n",
            "&green Real/Physical             0M          0M          0%",
            id="AIX with nothing that is understood",
        ),
        pytest.param(
            "sco_sv",
            "[memsize]\nx\n[freemem]\nx 1 2\n[swap]\nh\n",
            "&green Real/Physical             0M          0M          0%",
            id="SCO without the whole",
        ),
        pytest.param(
            "sco_sv",
            "[memsize]\n1073741824\n[freemem]\nx y\n[swap]\nh\n",
            "&green Real/Physical          1025M       1024M        100%",
            id="SCO without what is free",
        ),
        pytest.param(
            "osf1",
            "[memory]\n\nTotal Physical Memory = 10 M\n[swap]\n",
            "&green Real/Physical            11M         10M        110%",
            id="Tru64 without what is free",
        ),
    ],
)
def test_readers(os_type: str, body: str, row: str) -> None:
    assert f"\n{row}\n" in memory(body, os_type=os_type).text.decode()


@pytest.mark.parametrize(
    ("used", "total", "share"),
    [(1, 3, 33), (2, 3, 66), (-1, 3, -33), (5, 0, 0), (5, -1, 0), (0, 7, 0), (10**15, 1, 10**17)],
)
def test_per_cent_is_cut_towards_nothing(used: int, total: int, share: int) -> None:
    assert per_cent(used, total) == share


def test_figures_of_5000_digits_are_none() -> None:
    digits = "9" * 5000
    body = f"[free]\n{NEW}Mem: {digits} {digits} 0 0 0 {digits}\nSwap: {digits} {digits} 0\n"
    assert "memory" not in squares(body)
    assert memory(free() + f"[x]\n{digits}\n").color is Color.GREEN
