"""The same messages to xymond and to the board: what both show must be the same."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest

from hexmon.board.board import Board
from hexmon.board.settings import BoardSettings
from hexmon.board.store import MemoryJournal
from hexmon.bus import LocalBus
from hexmon.clock import SystemClock
from hexmon.ingest.access import Access
from hexmon.ingest.commands import Dispatcher
from hexmon.ingest.files import Files
from hexmon.ingest.settings import FileSettings
from hexmon.inventory.source import HostsSource
from hexmon.inventory.xmh import xmh_value
from tests.support.xymond import Xymond, xymond

pytestmark = pytest.mark.peers

HOSTS = """
127.0.0.1 mon.example.com # testip
page web Web servers
group Front
127.0.0.2 www.foo.com # http://www.foo.com/ NAME:"Front one" CLIENT:wwwalias DESCR:"Linux:main web"
127.0.0.3 db.foo.com # DOWNTIME=*:*:0000:2359:"night work" CLASS:dbclass nonongreen
subpage sub1 Sub one
127.0.0.4 app.foo.com # dialup noclear TRENDS:* noflap=http,cpu delayred=slow:10
127.0.0.5 quiet.foo.com # noinfo notrends
"""
# Moments may differ by a second, cookies are random, the version of a private oracle is its own.
STEADY = "hostname,testname,color,flags,sender,ackmsg,dismsg,client,modifiers,acklist,stats,ip,XMH_PAGEPATH,msg,line1"


class Both:
    """A xymond and a board that hear the same."""

    def __init__(self, peer: Xymond, dispatcher: Dispatcher) -> None:
        self.peer = peer
        self.dispatcher = dispatcher

    def say(self, *messages: str) -> None:
        for message in messages:
            self.peer.say(message.encode())
            self.ours(message)

    def ours(self, message: str) -> bytes:
        reply = self.dispatcher.handle(message.encode(), "127.0.0.1").reply
        return reply if isinstance(reply, bytes) else b"".join(reply)

    def agree(self, *questions: str) -> None:
        """Both answer the same; what differs is said line by line."""
        different = []
        for question in questions:
            ours, theirs = self.ours(question).split(b"\n"), self.peer.say(question.encode()).split(b"\n")
            if ours != theirs:
                lines = [f"{one!r}\n  {other!r}" for one, other in zip_longest(ours, theirs) if one != other]
                different.append("\n  ".join([question, *lines]))
        assert not different, "ours, then theirs:\n" + "\n".join(different)

    def cookie(self, square: str) -> tuple[str, str]:
        """The peer's and ours."""
        words = f"xymondlog {square} fields=cookie"
        return self.peer.say(words.encode()).split(b"\n")[0].decode(), self.ours(words).split(b"\n")[0].decode()


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    (tmp_path / "hosts.cfg").write_text(HOSTS)
    inventory = HostsSource(tmp_path / "hosts.cfg").load()
    clock = SystemClock()
    board = Board(clock, MemoryJournal(keep=False), LocalBus(), BoardSettings(), inventory)
    with xymond(HOSTS, environment={"TZ": "UTC"}) as peer:
        yield Both(peer, Dispatcher(board, Access(), Files(FileSettings(), clock.monotonic), clock, xmh=xmh_value))


def test_reports_and_the_questions_about_them(both: Both) -> None:
    both.say(
        "status www,foo,com.http green Fri Nov 20 08:00:00 2026 OK\n&green http://www.foo.com/ - OK\n",
        "status+2h/group:dba,web www,foo,com.disk red <!-- [flags:OrdAstLe] --> Fri bad|pipe\n&red /var 99%\tfull\n",
        "status www,foo,com.disk red later, no flags\n",
        "status WWWALIAS.alias yellow via alias\n",
        "status ghost,host.cpu green hi\n",
        "status db,foo,com.svc red down for maintenance\n",
        "status db,foo,com.ok green fine\n",
        "status db,foo,com.none\n",
        "status quiet,foo,com.http clear nobody is there\n",
        "summary summary.Vegas.All red http://vegas/ Text\n",
        "combo\nstatus app,foo,com.c1 green one\n\nstatus app,foo,com.c2 yellow two\n",
        "client www,foo,com.linux linux\n[date]\nFri Nov 20\n[df]\nFilesystem\n[uptime]\n up 3 days\n",
        "client/extra www,foo,com.linux\n[coll]\nabc\n",
    )
    both.agree(
        f"xymondboard fields={STEADY}",
        f"xymondboard host=^www test=http|disk fields={STEADY}",
        f"xymondboard www.foo.com.disk fields={STEADY}",
        "xymondboard color=red,yellow fields=hostname,testname,color",
        "xymondboard color=nonsense fields=hostname,testname,color",
        "xymondboard page=web fields=hostname,testname,XMH_ALLPAGEPATHS,XMH_DISPLAYNAME",
        "xymondboard net=x fields=hostname,testname",
        "xymondboard ip=0.3$ fields=hostname,testname",
        "xymondboard XMH_CLASS=db fields=hostname,testname,BBH_CLASS,XMH_NONSENSE,nonsense",
        "xymondboard msg=pipe|maintenance fields=hostname,testname",
        "xymondboard dismsg=night fields=hostname,testname",
        "xymondboard lastchange>=2000000000 fields=hostname,testname",
        "xymondboard lastchange<2000000000 validtime>1 acktime=0 disabletime!=1 fields=hostname,testname",
        "xymondboard tag=NAME fields=hostname,testname",
        "xymondboard nonsense fields=hostname,testname",
        "xymondboard test=Vegas fields=hostname,testname,color,line1",
        "xymondboard host=nosuch",
        "hostinfo host=foo fields=XMH_HOSTNAME,XMH_IP,XMH_PAGEPATH,XMH_FLAG_DIALUP",
        "hostinfo tag=DOWNTIME|CLASS fields=XMH_HOSTNAME,matchedtags",
        "hostinfo host=nosuch",
        "query www,foo,com.http",
        "query WWW.FOO.COM.HTTP",
        "query wwwalias.disk",
        "query www.foo.com.nosuch",
        "query db.foo.com.svc",
        f"xymondlog www.foo.com.disk fields={STEADY}",
        "xymondlog host=^www test=disk fields=hostname",
        "xymondlog nosuch.foo.com.disk",
        "clientlog www.foo.com",
        "clientlog WWW.foo.com section=df,uptime,nosuch",
        "clientlog nohost",
    )


def test_disable_enable_acknowledge_modify_drop_rename(both: Both) -> None:
    board = f"xymondboard fields={STEADY}"
    both.say(
        "status www,foo,com.http green a\n", "status www,foo,com.disk red b\n", "status www,foo,com.cpu yellow c\n"
    )
    for message in (
        "disable www,foo,com.http 5 Planned work\n",
        "status www,foo,com.http red still\n",
        "enable www,foo,com.http",
        "status www,foo,com.http green back\n",
        "disable www,foo,com.* -1 until ok",
        "status www,foo,com.disk red still\n",
        "status www,foo,com.disk green at last\n",
        "enable www,foo,com.*",
        "status www,foo,com.cpu red worse\n",
        "modify www,foo,com.cpu green SRC1 because of test",
        "modify www,foo,com.cpu yellow SRC2 another\n",
        "status www,foo,com.cpu red again\n",
        "status www,foo,com.cpu red and again\n",
        "drop www.foo.com disk",
        "status www,foo,com.old green fine\n",
        "status www,foo,com.last green fine\n",
        "rename www.foo.com old new",
        "status www,foo,com.new clear new name\n",
        "drop nosuch.foo.com",
    ):
        both.say(message)
        both.agree(board, "xymondboard disabletime=-1 fields=hostname,testname,validtime", "query www.foo.com.cpu")


def test_acknowledgements(both: Both) -> None:
    both.say("status www,foo,com.disk red b\n", "status www,foo,com.cpu yellow c\n")
    theirs, ours = both.cookie("www.foo.com.disk")
    for sign, text in (("", "me"), ("-", "all of it\nAcked by: me")):
        both.peer.say(f"xymondack {sign}{theirs} 60 {text}".encode())
        both.ours(f"xymondack {sign}{ours} 60 {text}")
        both.agree("xymondboard fields=hostname,testname,color,ackmsg")
    both.say("ackinfo www,foo,com.disk\n1\n600\njoe\nmulti level\n", "ackinfo www,foo,com.disk\n2\n600\nann\nother\n")
    for message in ("status www,foo,com.cpu red worse\n", "status www,foo,com.disk green fine\n"):
        both.say(message)
        both.agree("xymondboard test=^(disk|cpu)$ fields=hostname,testname,color,ackmsg", "query www.foo.com.disk")


def test_flapping_and_noflap(both: Both) -> None:
    for number in range(9):
        color = "red" if number % 2 else "green"
        both.say(f"status www,foo,com.mine {color} {number}\n", f"status app,foo,com.http {color} {number}\n")
        both.agree("xymondboard test=^(mine|http)$ fields=hostname,testname,color,stats")


def test_delays(both: Both) -> None:
    for color in ("green", "red", "yellow", "red", "green"):
        both.say(f"status app,foo,com.slow {color} x\n")
        both.agree("xymondboard test=slow fields=hostname,testname,color,line1")


def test_xml(both: Both) -> None:
    both.say("status www,foo,com.disk green <b>bold</b> & more\n\nlast\n")
    for question in ("xymondxlog www.foo.com.disk", "xymondxboard test=disk"):
        ours, theirs = both.ours(question).split(b"\n"), both.peer.say(question.encode()).split(b"\n")
        moments = (b"LastChange", b"LogTime", b"ValidTime")
        assert [one for one in ours if not any(name in one for name in moments)] == [
            one for one in theirs if not any(name in one for name in moments)
        ]
