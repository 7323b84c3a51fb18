"""The way to a host as the real traceroute finds it, and as a sweep and a running monitor tell it."""

import json
import re

import pytest

from tests.support.own_network import TWO_ROUTERS, in_own_network
from tests.support.peers import peer

pytestmark = pytest.mark.peers
HOP = re.compile(r"^ ?(\d+)  (\S+)", re.MULTILINE)


def test_the_real_traceroute_finds_the_same_hops() -> None:
    program = peer("traceroute")
    done = in_own_network(
        f"""{TWO_ROUTERS}
        {program} -I -n -w 1 -m 4 203.0.113.66
        echo ===
        printf '203.0.113.66 www.lab.test # testip trace\\n203.0.113.2 up.lab.test # testip trace\\n' |
            $HEXMON sweep --hosts /dev/stdin --json --timeout 0.5
        """
    )
    theirs, _, ours = done.stdout.partition("===\n")
    assert done.returncode == 0, done.stderr
    rows = {row["host"]: row for row in json.loads(ours)}
    down, up = rows["www.lab.test"], rows["up.lab.test"]
    assert (down["color"], up["color"]) == ("red", "green")
    assert "Traceroute results:\ntraceroute to www.lab.test (203.0.113.66), 30 hops max\n" in down["text"]
    assert "raceroute" not in up["text"]
    assert HOP.findall(down["text"]) == HOP.findall(theirs)[:3]
