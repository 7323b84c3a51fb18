"""What the tags `dns`, `dig`, `ntp` and `rpc` mean."""

from typing import Any

import pytest

from hexmon.inventory.families import FAMILIES
from hexmon.inventory.families.dns import DnsTag
from hexmon.inventory.families.ntp import NtpTag
from hexmon.inventory.families.rpc import RpcTag
from hexmon.inventory.xymon_tags import TagReader
from hexmon.model.observation import Judging
from hexmon.probes.dns import Lookup
from hexmon.probes.ntp import NtpOptions
from hexmon.probes.rpc import RpcOptions
from tests.support.inventory import SERVICES

READER = TagReader(SERVICES, FAMILIES)
A, NS, PTR, MX, AAAA = 1, 2, 12, 15, 28
WWW = Lookup(type=A, name="www.test", written="www.test")


@pytest.mark.parametrize(
    ("tag", "parsed"),
    [
        pytest.param("dns", DnsTag(), id="a name server and its own name"),
        pytest.param("DIG", DnsTag(), id="dig is dns, in any case"),
        pytest.param("dns=www.test", DnsTag(lookups=(WWW,)), id="another name"),
        pytest.param(
            "dig=mx:a.test,NS:b.test",
            DnsTag(
                lookups=(
                    Lookup(type=MX, name="a.test", written="mx:a.test"),
                    Lookup(type=NS, name="b.test", written="NS:b.test"),
                )
            ),
            id="several questions",
        ),
        pytest.param(
            "dns=ptr:127.0.0.2",
            DnsTag(lookups=(Lookup(type=PTR, name="127.0.0.2", written="ptr:127.0.0.2"),)),
            id="the name of an address",
        ),
        pytest.param(
            "dns=28:a.test",
            DnsTag(lookups=(Lookup(type=AAAA, name="a.test", written="28:a.test"),)),
            id="a type by number",
        ),
        pytest.param(
            "dns:tcp:5353@127.0.0.9=www.test",
            DnsTag(lookups=(WWW,), transport="tcp", port=5353, source="127.0.0.9"),
            id="over TCP, on a port, from an address",
        ),
        pytest.param("dns:tls", DnsTag(transport="tls"), id="over TLS"),
        pytest.param(
            "?!~dns", DnsTag(judging=Judging(dialup=True, reverse=True, always_true=True)), id="dns with all prefixes"
        ),
        pytest.param("ntp", NtpTag(), id="a time server"),
        pytest.param("ntp:1123", NtpTag(settings=NtpOptions(port=1123)), id="on another port"),
        pytest.param("ntp=0.5:2", NtpTag(settings=NtpOptions(warn=0.5, alarm=2.0)), id="with limits"),
        pytest.param("ntp=3", NtpTag(settings=NtpOptions(warn=3.0)), id="with a warning alone"),
        pytest.param("ntp=:3", NtpTag(settings=NtpOptions(alarm=3.0)), id="with an alarm alone"),
        pytest.param("ntp@::1", NtpTag(settings=NtpOptions(source="::1")), id="from an IPv6 address"),
        pytest.param("~ntp", NtpTag(judging=Judging(always_true=True)), id="ntp with a prefix"),
        pytest.param("rpc", RpcTag(), id="a portmapper"),
        pytest.param("rpc=nfs,100005", RpcTag(settings=RpcOptions(programs=("nfs", "100005"))), id="and its programs"),
        pytest.param("rpc:1111=nfs", RpcTag(settings=RpcOptions(programs=("nfs",), port=1111)), id="rpc on a port"),
        pytest.param("!rpc", RpcTag(judging=Judging(reverse=True)), id="rpc with a prefix"),
    ],
)
def test_tags(tag: str, parsed: Any) -> None:
    meaning = READER.read(tag)
    assert (meaning.kind, meaning.parsed, meaning.mistakes) == ("probe", parsed, ())


@pytest.mark.parametrize(
    ("tag", "part"),
    [
        pytest.param("dns=nonsense:a.test", "no type of DNS records", id="a type that nobody knows"),
        pytest.param("dns=mx:", "has no name", id="a type without a name"),
        pytest.param("dns=,", "asks nothing", id="no question"),
        pytest.param("dns=a..b", "is no name in DNS", id="an empty label"),
        pytest.param("dns:udq", "is none of", id="another transport"),
        pytest.param("ntp:0", "is not between 1 and 65535", id="a port that is none"),
        pytest.param("ntp@somewhere", "is not an IP address", id="a source that is a name"),
        pytest.param("ntp=soon", "is not an offset", id="an offset in words"),
        pytest.param("ntp=5:1", "would come before the warning", id="limits the wrong way round"),
        pytest.param("rpc=", "names no service", id="no program"),
        pytest.param("rpc:s", "is not understood", id="a portmapper that is not asked"),
    ],
)
def test_mistakes_are_told(tag: str, part: str) -> None:
    assert part in " ".join(str(mistake) for mistake in READER.read(tag).mistakes)
