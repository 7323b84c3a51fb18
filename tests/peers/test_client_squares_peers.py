"""procs, ports, msgs, files and svcs: all lines of hexmon's squares beside those of the real xymond_client."""

import re
from collections.abc import Iterator

import pytest

from tests.peers.client_compare import Comparison
from tests.peers.client_oddities import Made
from tests.peers.client_samples import client_message, samples
from tests.support.xymond_client import XymondClients, xymond_clients

pytestmark = pytest.mark.peers

HOST = "www.example.com"
HOSTS = f"127.0.0.1 {HOST} #\n"
OURS = {
    "procs", "ports", "msgs", "files", "svcs", "proccounts", "portcounts", "filesizes", "linecounts", "deltacounts",
}  # fmt: skip

PROC_LINES = """
PROC sshd 1 2 yellow
PROC %^sshd 3 9
PROC /usr/sbin/cron min=2 TRACK=cron
PROC "%apache2 -k .*start$" 1 2 yellow TRACK GROUP=web
PROC %(?-i)INIT GROUP=unix
PROC init 0 0 color=yellow GROUP=unix "TEXT=the first"
PROC svchost 2
PROC %^"c:.program max=3
PROC CMD
PROC *
PROC %[^x]*kthreadd.$
PROC %sshd(?!:) 0 1
PROC "\\_ /usr" 1
"""
PORT_LINES = """
PORT LOCAL=%[.:]22$ STATE=LISTEN "TEXT=SSH listener" TRACK=ssh
PORT LOCAL=%[.:](80|443)$ MIN=1 MAX=2 COLOR=yellow GROUP=web TRACK
PORT REMOTE=%^192 EXSTATE=TIME_WAIT,CLOSE_WAIT MAX=1 GROUP=web
PORT EXLOCAL=%^0 EXREMOTE=%77 STATE=*
PORT LOCAL=*.22 MAX=0
PORT LOCAL=0.0.0.0:80,0.0.0.0:22 STATE=%list
PORT STATE=listen MIN=0 MAX=0
"""
LOG_LINES = """
LOG /var/log/messages %error|warning COLOR=yellow
LOG %messages$ FATAL GROUP=dba
LOG * Failed IGNORE=%root.*ssh3 GROUP=unix
LOG %. %^nov.*kernel IGNORE=ext4 COLOR=yellow GROUP=unix
LOG /var/log/app.log well COLOR=green
LOG /var/log/odd x OPTIONAL
LOG /var/log/gone x GROUP=gone
LOG %^eventlog:S %^error COLOR=yellow
LOG /var/log/app.log %<...(?=SK) COLOR=yellow
"""
FILE_LINES = """
FILE /etc/passwd yellow mode=600 size>10K ownerid=www-data groupid=4 TRACK GROUP=web
FILE /etc/passwd mtime<600 ctime>999999999 atime<1 md5=0 sha256=0
FILE %nologin noexist
FILE /var/run/nologin optional size>1
FILE /var/log type=file TRACK=logs
FILE /var/log/messages size<1K owner=anna
FILE /etc/gone GROUP=gone
FILE %win.ini$ yellow size=1 ownerid=3 groupid=Nobody mtime>999999999
FILE C:\\Windows\\win.ini TRACK
DIR /var/spool size<1239 TRACK=spool
DIR %^/var yellow size>1241 GROUP=unix
"""
SERVICE_LINES = """
SVC BBWin startup=automatic status=started
SVC Spooler status=started startup=%auto color=yellow GROUP=win
SVC %^ms status=stopped
SVC bbwin
SVC TermService startup=disabled,manual
"""

MORE = {
    "linux": "[msgs:/var/log/gone]\nCannot open logfile /var/log/gone : No such file or directory\n"
    "[msgs:/var/log/odd]\nCannot open logfile /var/log/odd : No such file or directory\n"
    "[msgs:/var/log/app.log]\nWell <&> done\n[file:/etc/gone]\nERROR: No such file or directory\n"
    "[file:/run/new]\nclock:100\nmtime:200\n[dir:/home]\n1 /home/anna\n[clientversion]\n4.3.30\n",
    "bbwin": "[msgs:eventlog:System]\nerror again\n[svcautorestart]\nSpooler was started\n[clientversion]\n1\n",
}


@pytest.fixture(scope="module")
def clients() -> Iterator[XymondClients]:
    with xymond_clients() as found:
        yield found


@pytest.mark.parametrize("name", ["linux", "bbwin", "sunos", "freebsd"])
@pytest.mark.parametrize(
    "analysis",
    [
        pytest.param("", id="no settings"),
        pytest.param(PROC_LINES, id="processes"),
        pytest.param(PORT_LINES, id="ports"),
        pytest.param(LOG_LINES, id="logs"),
        pytest.param(FILE_LINES, id="files"),
        pytest.param(SERVICE_LINES, id="services"),
        pytest.param(PROC_LINES + PORT_LINES + LOG_LINES + FILE_LINES + SERVICE_LINES, id="all of them"),
    ],
)
def test_all_lines_agree(clients: XymondClients, name: str, analysis: str) -> None:
    sample = samples()[name]
    body = "".join(f"[{section}]\n{text}" for section, text in sample.sections) + MORE.get(name, "")
    message = client_message(sample, body, host=HOST)
    comparison = Comparison(clients, whole=True)
    found = comparison.differences(HOSTS, analysis, [message], name)
    unlike = [str(one) for one in found if one.name in OURS and _alike(one.ours) != _alike(one.theirs)]
    assert not unlike, "\n".join(unlike)
    assert not comparison.died


def _alike(made: Made | None) -> Made | None:
    """Links lead elsewhere, and only the real one leaves blanks at the ends of lines."""
    if made is None:
        return None
    text = re.sub(r'<a href="[^"]*">', "<a>", made.body)
    return made._replace(body="\n".join(line.rstrip() for line in text.split("\n")))
