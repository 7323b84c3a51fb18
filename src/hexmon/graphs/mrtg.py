"""The MRTG configuration of a YAML site, as APMonitor writes it for the CGI program mrtg-rrd. Pure text.

Its `Target` lines name two data sources and a file, which only that program understands. Names and addresses become
part of pages there: they are escaped here.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from hexmon import __version__
from hexmon.graphs.mrtg_charts import Chart, charts_of
from hexmon.model.site import Monitor, Site
from hexmon.model.site_state import MonitorState
from hexmon.probes.http_options import without_userinfo

FileOf = Callable[[Monitor], str]


def mrtg_config(site: Site, states: Mapping[str, MonitorState], file_of: FileOf, work_dir: str, made: datetime) -> str:
    """The whole file. `states` are by the names of monitors, `file_of` gives the path of a monitor's RRD file.

    `work_dir` is the folder of the site's pages, where the CGI program keeps its pictures.
    """
    head = [
        f"# Made by hexmon {__version__} for the site {one_line(site.name)}",
        f"# at {made:%Y-%m-%d %H:%M:%S %z}. Every run makes it anew.",
        "",
        f"WorkDir: {one_line(work_dir)}",
        "LogFormat: rrdtool",
        "Options[_]: growright",
        "YLegend[_]:",
        "Y2Legend[_]:",
        "ShortLegend[_]:",
        "WriteExpires: Yes",
    ]
    targets = [
        "\n".join(
            _target(
                f"{safe_name(site, monitor)}{chart.suffix}",
                monitor,
                chart,
                disk_use(states.get(monitor.name)),
                file_of(monitor),
            )
        )
        for monitor in site.monitors
        if monitor.display
        for chart in charts_of(monitor.type)
    ]
    return "\n\n".join(["\n".join(head), *targets]) + "\n"


def safe_name(site: Site, monitor: Monitor) -> str:
    """The monitor's name as its files have it: what is no letter, digit or one of `_ - .` is `_`."""
    return monitor.key.host.removeprefix(f"{site.folder}.")


def _target(name: str, monitor: Monitor, chart: Chart, disk: str, path: str) -> Iterator[str]:
    heading = html.escape(chart.heading(monitor.type))
    title = html.escape(one_line(f"{monitor.type}: {monitor.name}"))
    address = html.escape(one_line(without_userinfo(monitor.address)))
    shown = f"{heading} &mdash; {disk}" if chart.disk else heading
    yield f"Target[{name}]: {chart.sources[0]}&{chart.sources[1]}:{one_line(path)}"
    yield f"Title[{name}]: {title} - {heading}"
    yield f"PageTop[{name}]: <h1>{title} ({address})</h1><h2>{shown}</h2>"
    yield f"MaxBytes1[{name}]: {chart.most[0]}"
    yield f"MaxBytes2[{name}]: {chart.most[1]}"
    yield f"Options[{name}]: gauge, nopercent, growright{', dualaxis' if chart.dual else ''}"
    yield f"YLegend[{name}]: {chart.axes[0]}"
    yield f"Y2Legend[{name}]: {chart.axes[1]}".rstrip()
    yield f"ShortLegend[{name}]: {chart.unit}".rstrip()
    yield f"Legend1[{name}]: {chart.legends[0]}"
    yield f"Legend2[{name}]: {chart.legends[1]}"
    yield f"LegendI[{name}]: {chart.legends[0]}:"
    yield f"LegendO[{name}]: {chart.legends[1]}:"
    yield f"WithPeak[{name}]: dwmy"
    if monitor.percentile is not None:
        yield f"Percentile[{name}]: {monitor.percentile}"


def disk_use(state: MonitorState | None) -> str:
    """`Disk Use: 73.4%`; `Disk Use: N/A` before a poll has told."""
    share = state.disk_space_pct if state is not None else None
    return "Disk Use: N/A" if share is None else f"Disk Use: {share:.1f}%"


def one_line(text: str) -> str:
    """Without line breaks and other control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
