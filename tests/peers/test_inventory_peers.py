"""What hexmon understands of varied hosts.cfg files, compared with the real xymond, xymongrep and xymoncfg."""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hexmon.board.answers import Answers
from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.cli import main
from hexmon.config.lines import Tool, expand_bytes, read_lines
from hexmon.inventory.hosts_cfg import read_hosts
from hexmon.inventory.source import HostsSource
from hexmon.inventory.xmh import XMH_NAMES, xmh_value
from hexmon.model.inventory import Host, Inventory
from hexmon.model.text import nl_encode
from tests.support.clock import FakeClock
from tests.support.hosts_files import hosts_file
from tests.support.peers import peer
from tests.support.xymond import xymond

pytestmark = pytest.mark.peers

SEEDS = range(24)
# xymond cuts the values of the first two at their first digits, knows the third under another name, and not the fourth.
NOT_COMPARED = {"XMH_NOTBEFORE", "XMH_NOTAFTER", "XMH_FLAG_MULTIHOMED", "XMH_PINGS", "XMH_RAW", "XMH_ALLPAGEPATHS"}
FIELDS = [name for name in XMH_NAMES if name not in NOT_COMPARED]


def load(path: Path, text: str) -> Inventory:
    path.write_text(text)
    return HostsSource(path).load()


def wire(value: str | None) -> str:
    return nl_encode(value or "").strip()


def ours(host: Host, inventory: Inventory) -> dict[str, str]:
    values = {name: wire(xmh_value(host, inventory, name)) for name in FIELDS}
    return values | {
        "pages": " ".join(sorted(filter(None, host.all_pages))),
        "raw": "|".join(map(nl_encode, host.tags)),
    }


def theirs(row: str) -> dict[str, str]:
    cells = row.split("|", len(FIELDS) + 1)
    values = {name: cell.strip() for name, cell in zip(FIELDS, cells, strict=False)}
    return values | {"pages": " ".join(sorted(set(cells[-2].split(",")) - {""})), "raw": cells[-1]}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_item_of_every_host_is_what_xymond_says(tmp_path: Path, seed: int) -> None:
    text = hosts_file(seed)
    inventory = load(tmp_path / "hosts.cfg", text)
    with xymond(text) as daemon:
        answer = daemon.say(f"hostinfo fields={','.join([*FIELDS, 'XMH_ALLPAGEPATHS', 'XMH_RAW'])}".encode())
    rows = [theirs(row) for row in answer.decode().splitlines()]
    assert len(rows) > 20
    assert {row["XMH_HOSTNAME"] for row in rows} == set(inventory.hosts)
    for row in rows:
        assert ours(inventory.hosts[row["XMH_HOSTNAME"]], inventory) == row


QUESTIONS = ("", "page=p1", "net=dmz", "tag=^ssh", "host=www", "XMH_CLASS=web", "ip=127.1", "host=host1 tag=http")


@pytest.mark.parametrize("seed", range(8))
def test_the_answers_to_hostinfo_are_those_of_xymond(tmp_path: Path, seed: int) -> None:
    text = hosts_file(seed)
    inventory = load(tmp_path / "hosts.cfg", text)
    board = Board(FakeClock(), MemoryJournal(), LocalBus(), BoardSettings(), inventory)
    answers = Answers(board, xmh_value)
    with xymond(text) as daemon:
        for question in QUESTIONS:
            theirs = daemon.say(f"hostinfo {question}".encode()).splitlines()
            assert sorted(answers.hostinfo(question.encode()).splitlines()) == sorted(theirs), question
        for name in inventory.hosts:
            assert clone(answers.hostinfo(f"clone={name}".encode())) == clone(
                daemon.say(f"hostinfo clone={name}".encode())
            )


def clone(answer: bytes) -> list[str]:
    """Its lines without those that xymond gets wrong or names otherwise."""
    lines = answer.decode().splitlines()
    left_out = ("XMH_ALLPAGEPATHS:", "XMH_MULTIHOMED:", "XMH_FLAG_MULTIHOMED:", "XMH_DGNAME:")
    return [line for line in lines if not line.startswith(left_out)]


def grep(path: Path, *words: str, location: str = "") -> list[str]:
    environment = {name: value for name, value in os.environ.items() if name != "XYMONNETWORK"}
    if location:
        environment["XYMONNETWORK"] = location
    command = [str(peer("xymongrep")), *words]
    done = subprocess.run(
        command, env=environment | {"HOSTSCFG": str(path)}, capture_output=True, check=True, text=True
    )
    return done.stdout.splitlines()


def understood(path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert main(["hosts", "--hosts", str(path), "--json"]) == 0
    rows: list[dict[str, Any]] = msgspec.json.decode(capsys.readouterr().out)
    return rows


def matches(tag: str, patterns: tuple[str, ...]) -> bool:
    word = tag.lstrip("?!~").lower()
    return any(
        word.startswith(pattern[:-1].lower()) if pattern.endswith("*") else word == pattern.lower()
        for pattern in patterns
    )


def grep_lines(rows: list[dict[str, Any]], patterns: tuple[str, ...]) -> list[str]:
    lines = []
    for row in rows:
        tags = [tag for tag in row["tags"] if matches(tag, patterns)]
        extras = [word for word in ("dialup", "testip") if f"FLAG_{word.upper()}" in row["items"]]
        words = [f'"{tag}"' if re.search(r"\s", tag) else tag for tag in tags]
        if tags:
            lines.append(f"{row['ip']} {row['name']} # {' '.join([*words, *extras])}")
    return lines


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "patterns", [("*",), ("http*",), ("smtp", "ssh*", "name*"), ("badhttp*", "conn")], ids=" ".join
)
def test_the_hosts_of_hexmon_are_those_of_xymongrep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int, patterns: tuple[str, ...]
) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_text(hosts_file(seed))
    rows = understood(path, capsys)
    found = grep(path, *patterns)
    # It also lists the other lines of a host.
    definitions = Counter(line.name for line in read_hosts(read_lines(path, [])).hosts)
    ours = grep_lines(rows, patterns)
    assert [line.strip() for line in found if definitions[line.split()[1]] == 1] == [
        line for line in ours if definitions[line.split()[1]] == 1
    ]
    assert set(ours) <= {line.strip() for line in found}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("untagged", [False, True])
def test_a_prober_tests_the_hosts_that_xymongrep_lists_for_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int, untagged: bool
) -> None:
    path = tmp_path / "hosts.cfg"
    path.write_text(hosts_file(seed))
    options = ["--test-untagged"] if untagged else []
    listed = {line.split()[1] for line in grep(path, *options, "*", location="dmz")}
    assert main(["hosts", "--hosts", str(path), "--json", "--location", "dmz", *options]) == 0
    rows = msgspec.json.decode(capsys.readouterr().out)
    definitions = Counter(line.name for line in read_hosts(read_lines(path, [])).hosts)
    for row in rows:
        if row["tags"] and definitions[row["name"]] == 1 and "FLAG_NOCONN" not in row["items"]:
            assert bool(row["checks"]) == (row["name"] in listed), row


def a_tree(folder: Path, seed: int) -> Path:
    """One varied file cut in pieces: included, in directories, nested, optional, for one tool only."""
    lines = re.split(r"(?<!\\)\n", hosts_file(seed, 60))[:-1]
    pieces = ["".join(f"{line}\n" for line in lines[start::6]) for start in range(6)]
    (folder / "d" / "sub").mkdir(parents=True)
    files = {
        "hosts.cfg": f"{pieces[0]}include a.cfg\n\tinclude   {folder}/b.cfg\noptional include gone.cfg\n"
        "directory d\ndispinclude disp.cfg\nnetinclude net.cfg\noptional directory gone\n# the end\n",
        "a.cfg": f"{pieces[1]}include c.cfg\n",
        "b.cfg": f"# \u00e4\u00f6\u00fc\n{pieces[2]}",
        "c.cfg": pieces[3],
        "d/10": pieces[4],
        "d/2": "127.0.0.1 two # a \\\n   b\n",
        "d/x~": "127.0.0.1 backup\n",
        "d/.hidden": "127.0.0.1 hidden\n",
        "d/README": "127.0.0.1 readme\n",
        "d/sub/z": pieces[5],
        "disp.cfg": "127.0.0.1 shown\n",
        "net.cfg": "127.0.0.1 tested\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder / "hosts.cfg"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tool", ["daemon", "display", "net"])
def test_included_files_are_those_of_xymoncfg(tmp_path: Path, seed: int, tool: Tool) -> None:
    path = a_tree(tmp_path, seed)
    option = {"daemon": [], "display": ["--web"], "net": ["--net"]}[tool]
    theirs = subprocess.run([str(peer("xymoncfg")), *option, str(path)], capture_output=True, check=True).stdout
    others = ("dispinclude", "netinclude", "optional")  # it repeats includes that it does not follow
    expected = [line.strip() for line in theirs.decode().splitlines() if not line.strip().startswith(others)]
    assert [line.text for line in read_lines(path, [], tool=tool)] == expected


@pytest.mark.parametrize("seed", range(6))
def test_the_text_of_config_is_that_of_xymond(tmp_path: Path, seed: int) -> None:
    path = a_tree(tmp_path, seed)
    # xymond answers NUL bytes in the place of an optional include that is not there.
    lines = path.read_text().replace(f"{tmp_path}/", "").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("optional")))
    files = {str(one.relative_to(tmp_path)): one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    with xymond(files.pop("hosts.cfg"), files) as daemon:
        answer = daemon.say(b"config hosts.cfg")
    assert expand_bytes(path) == answer
