"""RRD files with plausible figures: days and nights, disks that fill, gaps, loss."""

import math
import os
import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from hexmon.graphs import librrd
from hexmon.graphs.schema import Archive, DataSource, Layout

Shape = Callable[[float], float | None]  # epoch seconds -> figure, None: unknown
DAY = 86_400
XYMON_ARCHIVES = tuple(Archive("AVERAGE", steps, 576) for steps in (1, 6, 24, 288))
SITE_ARCHIVES = (Archive("AVERAGE", 1, 8928), Archive("AVERAGE", 6, 18_600))


def write(
    path: Path, shapes: Mapping[str, Shape], end: int, *, seconds: int = 7 * DAY, step: int = 300, site: bool = False
) -> None:
    """A file with a data source (a gauge) for each shape, and figures of the `seconds` before `end`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    begin = end - end % step - seconds
    sources = [DataSource(name, heartbeat=2 * step) for name in shapes]
    librrd.create(path, sources, Layout(step, SITE_ARCHIVES if site else XYMON_ARCHIVES), begin - step)
    lines = [
        f"{moment}:" + ":".join(_word(shape(moment)) for shape in shapes.values())
        for moment in range(begin, end + 1, step)
    ]
    for first in range(0, len(lines), 500):
        librrd.update(path, list(shapes), lines[first : first + 500])
    os.utime(path, (end, end))


def _word(value: float | None) -> str:
    return "U" if value is None else f"{value:.6f}"


def noise(seed: str) -> Callable[[], float]:
    """Figures around 0, the same every time."""
    return partial(random.Random(seed).gauss, 0.0, 1.0)  # noqa: S311


def daily(low: float, high: float, seed: str, rough: float = 0.06) -> Shape:
    """Low at night, high in the afternoon, less at weekends."""
    wobble = noise(seed)

    def shape(moment: float) -> float:
        day = math.sin((moment % DAY) / DAY * 2 * math.pi - 2.2)
        weekend = 0.45 if int(moment // DAY + 4) % 7 in (0, 6) else 1.0
        level: float = low + (high - low) * max(0.0, 0.5 + 0.5 * day) ** 1.6 * weekend
        return max(0.0, level * (1 + rough * wobble()) + (high - low) * 0.01 * abs(wobble()))

    return shape


def growing(begin: float, per_day: float, end: float) -> Shape:
    """Fills slowly; somebody tidies up after four days."""
    return lambda moment: begin + per_day * ((end - moment) / -DAY + 7) - (9.0 if moment > end - 3 * DAY else 0.0)


def gaps(shape: Shape, end: float, *stretches: tuple[float, float]) -> Shape:
    """Unknown in stretches, each from so many days before the end to so many."""
    return lambda moment: (
        None if any(end - begin * DAY < moment < end - until * DAY for begin, until in stretches) else shape(moment)
    )


def times(shape: Shape, factor: float) -> Shape:
    return lambda moment: None if (value := shape(moment)) is None else value * factor


def smoke(end: float, seed: str = "smoke") -> dict[str, Shape]:
    """Twenty round trips in order, their median, and how many were lost."""
    dice = random.Random(seed)  # noqa: S311
    drawn: dict[float, tuple[list[float | None], int]] = {}

    def round_(moment: float) -> tuple[list[float | None], int]:
        if moment not in drawn:
            bad = end - 2.6 * DAY < moment < end - 2.2 * DAY
            lost = dice.choice((0, 1, 3, 6, 12)) if bad else (1 if dice.random() < 0.01 else 0)
            base = 0.012 + 0.004 * math.sin(moment / DAY * 2 * math.pi) ** 2 + (0.02 if bad else 0.0)
            trips = sorted(base + dice.expovariate(1 / (0.012 if bad else 0.002)) for _ in range(20 - lost))
            drawn[moment] = ([trips[number * len(trips) // 20] for number in range(20)], lost)
        return drawn[moment]

    shapes: dict[str, Shape] = {"loss": lambda moment: float(round_(moment)[1])}
    shapes["median"] = lambda moment: round_(moment)[0][10]
    for number in range(20):
        shapes[f"p{number}"] = partial(lambda place, moment: round_(moment)[0][place], number)
    return shapes


def a_week(folder: Path, end: int) -> None:
    """The files of a web server as Xymon names them."""
    write(folder / "la.rrd", {"la": daily(20, 420, "la", 0.2)}, end)
    write(folder / "users.rrd", {"la": lambda moment: float(int(2 + 3 * math.sin(moment / DAY * 6.3) ** 2))}, end)
    write(folder / "procs.rrd", {"la": daily(180, 240, "procs", 0.02)}, end)
    for name, begin, speed in (("root", 41, 0.4), ("var", 62, 2.6), ("home", 71, 0.9), ("var,log", 20, 3.0)):
        write(
            folder / f"disk,{name}.rrd",
            {"pct": growing(begin, speed, end), "used": growing(begin * 1e6, 1e5, end)},
            end,
        )
    for name, low, high in (("real", 71, 93), ("actual", 38, 64), ("swap", 2, 11)):
        write(folder / f"memory.{name}.rrd", {"realmempct": daily(low, high, name, 0.02)}, end)
    busy, wait = daily(3, 44, "usr"), daily(0.2, 6, "wait", 0.6)
    system = times(daily(2, 12, "sys"), 1.0)
    write(
        folder / "vmstat.rrd",
        {
            "cpu_usr": busy,
            "cpu_sys": system,
            "cpu_wait": wait,
            "cpu_idl": daily(96, 45, "idl", 0.01),
            "cpu_int": daily(300, 2400, "int"),
            "cpu_csw": daily(900, 7200, "csw"),
        },
        end,
    )
    for name, size in (("eth0", 6e6), ("eth1", 4e5)):
        received = gaps(daily(size / 40, size, f"in{name}", 0.18), end, (4.9, 4.6), (1.3, 1.28))
        sent = gaps(daily(size / 90, size / 3, f"out{name}", 0.2), end, (4.9, 4.6), (1.3, 1.28))
        write(folder / f"ifstat.{name}.rrd", {"bytesReceived": received, "bytesSent": sent}, end)
    write(folder / "tcp.conn.rrd", {"sec": daily(0.011, 0.016, "conn", 0.1)}, end)
    write(folder / "tcp.ssh.rrd", {"sec": daily(0.02, 0.04, "ssh", 0.1)}, end)
    for name in ("www.example.net,", "https:,,www.example.net,login"):
        write(folder / f"tcp.http.{name}.rrd", {"sec": daily(0.08, 0.4, name, 0.3)}, end)
    write(folder / "smoke.rrd", smoke(end), end)
    write(folder / "orders.rrd", {"paid": daily(1, 90, "paid"), "open": daily(3, 14, "open")}, end)


def a_site_week(folder: Path, name: str, end: int) -> None:
    """The files of a monitor of a YAML site as APMonitor names them."""
    away = gaps(daily(18, 34, name, 0.15), end, (3.4, 3.3), (0.9, 0.86))
    shapes = {"response_time": away, "is_up": lambda moment: 100.0 if away(moment) is not None else 0.0}
    write(folder / f"{name}-availability.rrd", shapes, end, site=True)
    words = (
        "total_bits_in=9e8 total_bits_out=2e8 total_pkts_in=8e4 total_pkts_out=3e4 total_errors_in=0.4 "
        "total_errors_out=0.1 total_pkts_ucast=9e4 total_pkts_bmcast=2e3 tcp_retrans=1.2 cpu_load=60 memory_pct=72 "
        "context_switches=8200 swap_io=31 disk_read=4e6 disk_write=9e6 disk_space_pct=81 swap_used=8e8 "
        "interrupts=5100 ports_up_count=31 nvram_flash_bytes=3.2e7 mac_count=240 arp_count=190"
    )
    per_second = {name: float(high) for name, _, high in (word.partition("=") for word in words.split())}
    traffic = {name: daily(high / 12, high, name, 0.1) for name, high in per_second.items()}
    write(folder / f"{name}-snmp.rrd", traffic, end, site=True)
