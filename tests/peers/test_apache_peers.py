"""The figures of a real Apache, as `hexmon sweep` and the real xymonnet pass them on."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexmon.clock import SystemClock
from tests.support.peers import peer
from tests.support.servers import closed_port

ROOT = Path(__file__).parents[2]
MODULES = Path("/usr/lib/apache2/modules")
FIGURES = {"Total Accesses", "Total kBytes", "Uptime", "BusyWorkers", "IdleWorkers", "Scoreboard"}
pytestmark = pytest.mark.peers

_CONFIGURATION = """
ServerName lab.test
ServerRoot {folder}
PidFile {folder}/pid
Mutex file:{folder}
ErrorLog {folder}/errors
Listen 127.0.0.1:{port}
{modules}
{user}
ExtendedStatus On
<Location /server-status>
    SetHandler server-status
</Location>
<Location /private>
    SetHandler server-status
    Require expr "%{{HTTP:Authorization}} == 'Basic bmFtZTpwYXNz'"
</Location>
"""
_MODULES = ("mpm_event", "status", "authz_core")


@pytest.fixture(scope="module")
def apache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an Apache with mod_status and nothing else."""
    program = peer("apache2")
    folder = tmp_path_factory.mktemp("apache")
    port = closed_port()
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _MODULES)
    user = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""  # Apache serves no page as root
    text = _CONFIGURATION.format(folder=folder, port=port, modules=modules, user=user)
    (folder / "conf").write_text(text)
    command = [str(program), "-D", "FOREGROUND", "-d", str(folder), "-f", str(folder / "conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        yield port
        process.terminate()


def file_with(folder: Path, *lines: str) -> Path:
    hosts = folder / "hosts.cfg"
    hosts.write_text("".join(f"{line}\n" for line in lines))
    return hosts


def hexmon(hosts: Path) -> str:
    command = [sys.executable, "-m", "hexmon", "sweep", "--hosts", str(hosts), "--no-submit"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT / "src")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def xymonnet(hosts: Path, folder: Path) -> str:
    for name in ("etc", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "etc" / "protocols.cfg").write_text("")
    environment = {
        "PATH": os.environ["PATH"],
        "XYMONHOME": str(folder),
        "HOSTSCFG": str(hosts),
        "XYMONTMP": str(folder / "tmp"),
        "CONNTEST": "FALSE",
        "XYMSRV": "127.0.0.1",
    }
    command = [str(peer("xymonnet")), "--no-update", "--timeout=5"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    return done.stdout.decode().replace("\0", "")


def ready(hosts: Path) -> str:
    """What hexmon says once the server is up."""
    clock = SystemClock()
    end = clock.monotonic() + 30
    said = hexmon(hosts)
    while "Total Accesses" not in said and clock.monotonic() < end:
        said = hexmon(hosts)
    return said


def names_of(text: str) -> set[str]:
    return set(re.findall(r"^([A-Za-z ]+): ", text, re.MULTILINE))


def test_both_pass_the_same_figures_on(apache: int, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{apache}/server-status?auto"
    hosts = file_with(tmp_path, f"127.0.0.1 www.lab.test # testip noconn apache={url}")
    ours = ready(hosts)
    theirs = xymonnet(hosts, tmp_path)
    assert ours.startswith("data www,lab,test.apache\n")
    assert "status" not in ours.partition("\n")[0]
    theirs = theirs[theirs.index("data www,lab,test.apache\n") :]
    assert names_of(ours) & names_of(theirs) >= FIGURES


def test_a_password_is_in_the_url(apache: int, tmp_path: Path) -> None:
    url = f"127.0.0.1:{apache}/private?auto"
    hosts = file_with(
        tmp_path,
        f"127.0.0.1 in.lab.test # testip noconn apache=http://name:pass@{url}",
        f"127.0.0.1 out.lab.test # testip noconn apache=http://{url}",
    )
    said = ready(hosts)
    assert said.count("data ") == 1
    assert said.startswith("data in,lab,test.apache\n")


def test_a_page_that_does_not_come_makes_neither_figures_nor_a_column(tmp_path: Path) -> None:
    hosts = file_with(tmp_path, f"127.0.0.1 www.lab.test # testip noconn apache=http://127.0.0.1:{closed_port()}/")
    assert hexmon(hosts) == ""
    assert "data www,lab,test.apache\n" in xymonnet(hosts, tmp_path)  # empty: what we leave out on purpose
