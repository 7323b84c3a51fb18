"""Figures for the graphs that are sections as they came, below the name of the system that they are from."""

from collections.abc import Iterator

from hexmon.judge.clients.contract import Figures, View

_KILLED = "Terminated"  # what a shell says of the vmstat that it ended


def netstat(view: View) -> Iterator[Figures]:
    """[netstat]: counters of the protocols."""
    yield from _as_it_came(view, "netstat")


def ifstat(view: View) -> Iterator[Figures]:
    """[ifstat]: counters of the network interfaces."""
    yield from _as_it_came(view, "ifstat")


def vmstat(view: View) -> Iterator[Figures]:
    """[vmstat]: its last line, which is the mean of the time since the last report."""
    above, newline, last = view.data.text("vmstat").rstrip("\n").rpartition("\n")
    if newline and above and last != _KILLED:
        yield _figures(view, "vmstat", last)


def iostatdisk(view: View) -> Iterator[Figures]:
    """[iostatdisk]: all but its headings."""
    rest = view.data.text("iostatdisk").partition("\n")[2]
    if rest:
        yield _figures(view, "iostatdisk", rest)


def _as_it_came(view: View, section: str) -> Iterator[Figures]:
    text = view.data.get(section)
    if text is not None:
        yield _figures(view, section, text)


def _figures(view: View, name: str, text: str) -> Figures:
    return Figures(name, f"{view.system.name}\n{text}")
