"""What hexmon understands of odd hosts.cfg files, compared with what the real xymond says of every host."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexmon.config.lines import expand_bytes
from hexmon.inventory.source import HostsSource
from hexmon.inventory.xmh import xmh_value
from hexmon.model.text import nl_encode
from tests.peers.odd_hosts import odd_files
from tests.peers.test_inventory_peers import FIELDS
from tests.support.xymond import xymond

pytestmark = pytest.mark.peers

SEEDS = int(os.environ.get("HEXMON_ODD_FILES", "60"))
_ITEMS = [*FIELDS, "XMH_ALLPAGEPATHS", "XMH_RAW"]
_QUESTION = f"hostinfo fields={','.join(_ITEMS)}".encode()


def differences(seed: int, folder: Path) -> Iterator[str]:
    """What the two understand differently."""
    files = odd_files(seed)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    inventory = HostsSource(folder / "hosts.cfg").load(lenient=True)
    others = {name: text for name, text in files.items() if name != "hosts.cfg"}
    with xymond(files["hosts.cfg"], others) as daemon:
        answer, text = daemon.say(_QUESTION), daemon.say(b"config hosts.cfg")
    config = expand_bytes(folder / "hosts.cfg")
    # In the place of an include that is not there xymond answers NUL bytes, and what a file's last line continues it
    # takes from the file that includes it, but not when it reads the hosts.
    if b"\0" not in text and b"optional" not in files["hosts.cfg"] and not others and lines(config) != lines(text):
        yield f"config: ours {lines(config)}\n   theirs {lines(text)}"
    theirs = {}
    for line in answer.decode(errors="surrogateescape").split("\n")[:-1]:
        cells = line.split("|", len(FIELDS) + 1)
        theirs[cells[FIELDS.index("XMH_HOSTNAME")]] = cells
    hosts = sorted(inventory.hosts.values(), key=lambda one: one.index)
    if [host.name for host in hosts] != list(theirs):
        yield f"hosts: ours {[host.name for host in hosts]}\n   theirs {list(theirs)}"
    for host in hosts:
        for name, cell in zip(_ITEMS, theirs.get(host.name, ()), strict=False):
            value = xmh_value(host, inventory, name.removeprefix("XMH_")) or ""
            value = value if name == "XMH_RAW" else nl_encode(value)
            several = name == "XMH_ALLPAGEPATHS"  # in another order, each once
            if (pages(value) != pages(cell)) if several else (value != cell):
                yield f"{host.name}: {name}: ours {value!r}, theirs {cell!r} ({host.tags})"


def lines(text: bytes) -> list[bytes]:
    """Without blanks at their ends."""
    return [line.rstrip() for line in text.split(b"\n")]


def pages(cell: str) -> set[str]:
    return set(cell.split(",")) - {""}


def test_odd_files_are_understood_as_by_xymond(tmp_path: Path) -> None:
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert list(differences(seed, folder)) == [], f"seed {seed}"
