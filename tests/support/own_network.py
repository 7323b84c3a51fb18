"""Programs in a network of their own, where packets can be lost and routers can say no."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]

# Behind 192.0.2.2 and 198.51.100.2, two routers, are the host 203.0.113.2, 203.0.113.66, which is silent, and nobody
# else; 203.0.114.0/24 is forbidden by the second. The same with 2001:db8:1:: to 2001:db8:4::.
TWO_ROUTERS = """
kids=
trap 'kill $kids' EXIT
network() { # starts a network of its own; its process is $kid
    unshare -n sleep 60 & kid=$!
    kids="$kids $kid"
    while [ "$(readlink /proc/$kid/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do :; done
    inside $kid 'ip link set lo up
        echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
        echo 0 > /proc/sys/net/ipv4/icmp_ratelimit; echo 0 > /proc/sys/net/ipv6/icmp/ratelimit'
}
inside() { # PROCESS COMMANDS
    nsenter -t $1 -n sh -c "$2"
}
end() { # PROCESS INTERFACE NETWORK OWN OTHER: one end of a link; neighbours of IPv6 are slow to find each other
    inside $1 "ip link set $2 address 02:00:00:00:0$3:0$4 up
        case $3 in 1) ip addr add 192.0.2.$4/24 dev $2;; 2) ip addr add 198.51.100.$4/24 dev $2;;
            3) ip addr add 203.0.113.$4/24 dev $2;; esac
        ip -6 addr add 2001:db8:$3::$4/64 dev $2 nodad
        ip -6 neigh add 2001:db8:$3::$5 lladdr 02:00:00:00:0$3:0$5 dev $2"
}
link() { # PROCESS OTHER NETWORK: joins two networks by one
    inside $1 "ip link add out type veth peer name back netns $2"
    end $1 out $3 1 2
    end $2 back $3 2 1
}
network; near=$kid
network; far=$kid
network; host=$kid
link $$ $near 1
link $near $far 2
link $far $host 3
ip route add default via 192.0.2.2; ip -6 route add default via 2001:db8:1::2
inside $near 'ip route add default via 198.51.100.2; ip -6 route add default via 2001:db8:2::2'
inside $far 'ip route add default via 198.51.100.1; ip -6 route add default via 2001:db8:2::1
    ip neigh add 203.0.113.66 lladdr 02:00:00:00:00:66 dev out
    ip -6 neigh add 2001:db8:3::66 lladdr 02:00:00:00:00:66 dev out
    ip route add prohibit 203.0.114.0/24; ip -6 route add prohibit 2001:db8:4::/64'
inside $host 'ip route add default via 203.0.113.1; ip -6 route add default via 2001:db8:3::1'
"""


@cache
def _unshare() -> tuple[str, ...] | None:
    """The command that enters a network namespace: as root, or with a user namespace; None when neither is allowed."""
    program, ip = shutil.which("unshare"), shutil.which("ip")
    if program is None or ip is None:
        return None
    for options in (("-n",), ("-rn",)):
        command = (program, *options)
        done = subprocess.run([*command, ip, "link", "set", "lo", "up"], capture_output=True, check=False)
        if done.returncode == 0:
            return command
    return None


def in_own_network(script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script there; `$HEXMON` is this tree's command. Not run where the machine forbids it."""
    command = _unshare()
    if command is None:
        pytest.skip("not run: no network namespaces here (needs root or user namespaces, unshare and ip)")
    prelude = f"set -e\nexport PYTHONPATH={_ROOT / 'src'}\nHEXMON='{sys.executable} -m hexmon'\nip link set lo up\n"
    return subprocess.run(
        [*command, "sh", "-c", prelude + script], capture_output=True, text=True, check=False, timeout=60
    )
