"""Serves the graph pages of made-up hosts, to look at: `python -m tests.web.graph_demo --port 8112`."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec
import uvicorn

from hexmon.clock import SystemClock
from hexmon.graphs.folders import Folders
from hexmon.graphs.gallery import Gallery, Graphs
from hexmon.graphs.settings import GraphSettings
from hexmon.graphs.source import GraphsSource
from hexmon.model.color import Color
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, MonitorType, Site
from hexmon.web.app import create_app
from hexmon.web.context import WebContext
from tests.support.rrd_files import a_site_week, a_week
from tests.web.fake import Site as WebSite
from tests.web.fake import a_group, a_square, an_inventory

MONITORS: tuple[tuple[str, MonitorType], ...] = (("gateway", "ping"), ("core", "ports"), ("nas", "host"))


def a_gallery(root: Path, graphs_cfg: Path | None = None) -> Gallery:
    graphs = Graphs(
        book=GraphsSource(graphs_cfg).book,
        order=GraphSettings().graph_words(),
        tests=dict(GraphSettings().data_sets()),
    )
    return Gallery(Folders(root), graphs, SystemClock())


def a_monitor_host(name: str, kind: MonitorType) -> Host:
    key = StatusKey(f"Office.{name}", "conn" if kind == "ping" else kind)
    monitor = Monitor(site="Office", key=key, type=kind, name=name, address="192.0.2.1")
    return Host(name=key.host, ip="192.0.2.1", page="Office", all_pages=("Office",), display_name=name, monitor=monitor)


def a_context(root: Path) -> WebContext:
    """A week of a web server, a site of three monitors, and a host without any figures."""
    clock = SystemClock()
    end = int(clock.now())
    if not (root / "Office").exists():
        a_week(root / "www.example.net", end)
        for name, _ in MONITORS:
            a_site_week(root / "Office", name, end)
    monitors = [a_monitor_host(name, kind) for name, kind in MONITORS]
    groups = {"": [a_group("www.example.net", "bare")], "Office": [a_group(*(host.name for host in monitors))]}
    found = tuple(host.monitor for host in monitors if host.monitor is not None)
    site = Site(name="Office", source="office.yaml", stem="office", folder="Office", page="Office", monitors=found)
    inventory = msgspec.structs.replace(an_inventory(groups, monitors), sites=(site,))
    squares = [a_square("www.example.net", test) for test in ("conn", "cpu", "http", "disk", "memory", "orders")]
    squares += [a_square(*monitor.key, Color.GREEN) for monitor in found]
    site_ = WebSite(inventory, *squares)
    return WebContext(site_.board, site_.context.history, site_.bus, clock, graphs=a_gallery(root))


async def serve(port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(a_context(Path(folder)))
        sys.stderr.write(f"http://127.0.0.1:{port}/\n")
        await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning")).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8112)
    asyncio.run(serve(parser.parse_args().port))
