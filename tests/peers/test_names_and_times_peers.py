"""dns, ntp and rpc: `hexmon sweep --no-submit` beside the real `xymonnet --no-update`, on the usual ports."""

import pytest

from tests.support.lab import Lab, differences
from tests.support.peers import peer

pytestmark = pytest.mark.peers

NAMES = """
127.0.0.10 a.lab.test # testip dns=good.lab.test
127.0.0.11 b.lab.test # testip dns=nowhere.lab.test
127.0.0.12 c.lab.test # testip dns=mx:mail.lab.test,ns:mail.lab.test
127.0.0.13 d.lab.test # testip dig=alias.lab.test
127.0.0.14 e.lab.test # testip !dns=nowhere.lab.test
127.9.0.15 f.lab.test # testip dns=nowhere.lab.test
127.9.0.16 g.lab.test # testip ~dns=nowhere.lab.test
127.0.0.17 h.lab.test # testip ?dns=nowhere.lab.test
127.0.0.18 i.lab.test # testip dns=txt:good.lab.test
127.0.0.19 j.lab.test # testip dns=txt:good.lab.test,secret.lab.test baddns:1:2:3
127.0.0.20 k.lab.test # testip dns=secret.lab.test
127.0.0.21 good.lab.test # testip dns dialup
127.0.0.22 m.lab.test # testip dns=mx:bare.lab.test
127.0.0.23 n.lab.test # testip dns=good.lab.test,nowhere.lab.test noclear
127.0.0.99 nobody.lab.test # testip dns=good.lab.test
"""
TIMES = """
127.0.0.10 a.lab.test # testip ntp
127.0.0.11 b.lab.test # testip !ntp
"""
PROGRAMS = """
127.0.0.10 a.lab.test # testip rpc
127.0.0.11 b.lab.test # testip rpc=portmapper
127.0.0.12 c.lab.test # testip rpc=nfs,portmapper
127.0.0.13 d.lab.test # testip rpc=nonsense
127.0.0.14 e.lab.test # testip !rpc
127.0.0.15 f.lab.test # testip ?rpc=nfs
127.0.0.16 g.lab.test # testip rpc=nfs dialup
127.0.0.17 h.lab.test # testip ~rpc=mount noclear
127.0.0.18 i.lab.test # testip rpc=nfs depends=(rpc:a.lab.test/rpc)
"""


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        pytest.param(NAMES, ("xymonnet",), id="names"),
        pytest.param(TIMES, ("chronyd", "ntpdate"), id="times"),
        pytest.param(PROGRAMS, ("rpcbind", "rpcinfo"), id="programs"),
    ],
)
def test_the_same_squares(lab: Lab, text: str, programs: tuple[str, ...]) -> None:
    for program in programs:
        peer(program)
    theirs, ours = lab.compare(text.lstrip())
    different = differences(ours, theirs, text.strip())
    assert not different, "\n".join(different)
    tested = [square.color for key, square in theirs.items() if not key.endswith(".conn")]
    assert "green" in tested, "nobody answers: both programs would agree on anything"
    assert len(ours) == 2 * len(text.strip().splitlines())
