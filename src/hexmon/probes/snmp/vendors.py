"""What vendors tell of CPU and memory in MIBs of their own: a table, by the beginning of sysObjectID.

To add a vendor, add a row. Each recipe is tried in turn until one gives a number from 0 to 100.
"""

from typing import Final, Literal

import msgspec

from hexmon.probes.snmp.ber import Oid, parse_oid

Rule = Literal["percent", "hundredths", "mean", "mean_busy", "text", "used_free", "total_free", "total_used"]


class Recipe(msgspec.Struct, frozen=True, gc=False):
    """How to come to a percentage. An OID that ends in 0 is a scalar, any other one a column.

    `percent`: the value itself; `hundredths`: of a per cent. `mean`: of the rows of a column; `mean_busy`: of those
    that are not 0 (boards that have no processor tell 0). `text`: the number behind the word `match` of a text such
    as "5 Secs ( 3.5%) 60 Secs ( 3.1%)". `used_free`, `total_free`, `total_used`: two amounts, those of a column
    summed up. Of a column of `names`, only rows whose name has `match` in it count.
    """

    rule: Rule
    oids: tuple[Oid, ...]
    match: str = ""
    names: Oid = ()

    @property
    def scalar(self) -> bool:
        return self.oids[0][-1] == 0


class Vendor(msgspec.Struct, frozen=True, gc=False):
    """`prefix` is the beginning of sysObjectID; of several that fit, the longest counts."""

    name: str
    prefix: Oid
    cpu: tuple[Recipe, ...] = ()
    memory: tuple[Recipe, ...] = ()


def _recipe(rule: Rule, *oids: str, match: str = "", names: str = "") -> Recipe:
    return Recipe(rule, tuple(parse_oid(_E + one) for one in oids), match, parse_oid(_E + names) if names else ())


_E: Final = "1.3.6.1.4.1."


def _vendor(name: str, prefix: str, cpu: tuple[Recipe, ...], memory: tuple[Recipe, ...]) -> Vendor:
    return Vendor(name, parse_oid(_E + prefix), cpu, memory)


# CISCO-PROCESS-MIB: busy in the last 5 seconds, minute, 5 minutes; then the same columns as they were called before.
_CPM: Final = tuple(_recipe("mean", f"9.9.109.1.1.1.1.{column}") for column in (6, 7, 8, 3, 4, 5))
_CISCO_CPU: Final = (
    *_CPM,
    _recipe("percent", "9.2.1.56.0"),  # OLD-CISCO-CPU-MIB: busyPer, avgBusy1, avgBusy5
    _recipe("percent", "9.2.1.57.0"),
    _recipe("percent", "9.2.1.58.0"),
    _recipe("percent", "14179.1.1.5.1.0"),  # AIRESPACE-SWITCHING-MIB: wireless controllers
)
_CISCO_MEMORY: Final = (
    # CISCO-MEMORY-POOL-MIB: the pool of the processor; CISCO-ENHANCED-MEMPOOL-MIB: 64 bits, then 32.
    _recipe("used_free", "9.9.48.1.1.1.5", "9.9.48.1.1.1.6", match="processor", names="9.9.48.1.1.1.2"),
    _recipe("used_free", "9.9.221.1.1.1.1.18", "9.9.221.1.1.1.1.20", match="processor", names="9.9.221.1.1.1.1.3"),
    _recipe("used_free", "9.9.221.1.1.1.1.7", "9.9.221.1.1.1.1.8", match="processor", names="9.9.221.1.1.1.1.3"),
    _recipe("used_free", "9.9.109.1.1.1.1.12", "9.9.109.1.1.1.1.13"),  # CISCO-PROCESS-MIB, kilobytes
    _recipe("used_free", "9.9.48.1.1.1.5", "9.9.48.1.1.1.6", match="system", names="9.9.48.1.1.1.2"),
    _recipe("used_free", "9.9.221.1.1.1.1.7", "9.9.221.1.1.1.1.8", match="system", names="9.9.221.1.1.1.1.3"),
    _recipe("total_free", "14179.1.1.5.2.0", "14179.1.1.5.3.0"),
)


# FASTPATH, in the tree of Broadcom and in those of who sells it.
def _fastpath(base: str) -> tuple[tuple[Recipe, ...], tuple[Recipe, ...]]:
    return (
        (_recipe("text", f"{base}.4.9.0", match="5 Secs"),),
        (_recipe("total_free", f"{base}.4.2.0", f"{base}.4.1.0"),),
    )


VENDORS: Final[tuple[Vendor, ...]] = (
    _vendor("Cisco", "9", _CISCO_CPU, _CISCO_MEMORY),
    _vendor(
        "Cisco NX-OS",
        "9.12.3",
        (_recipe("percent", "9.9.305.1.1.1.0"), *_CISCO_CPU),
        (_recipe("percent", "9.9.305.1.1.2.0"), *_CISCO_MEMORY),
    ),
    _vendor(
        "Cisco small business",
        "9.6.1",
        tuple(_recipe("percent", f"9.6.1.101.1.{one}.0") for one in (7, 8, 9)),
        (),
    ),
    _vendor(
        "HP ProCurve",
        "11",
        (_recipe("percent", "11.2.14.11.5.1.9.6.1.0"),),
        (
            _recipe("total_free", "11.2.14.11.5.1.1.2.1.1.1.5", "11.2.14.11.5.1.1.2.1.1.1.6"),  # of each slot
            _recipe("total_free", "11.2.14.11.5.1.1.2.2.1.1.5", "11.2.14.11.5.1.1.2.2.1.1.6"),
        ),
    ),
    _vendor(
        "HP Comware",
        "25506",
        (_recipe("mean_busy", "25506.2.6.1.1.1.1.6"),),
        (_recipe("mean_busy", "25506.2.6.1.1.1.1.8"),),
    ),
    _vendor(
        "ArubaOS",
        "14823",
        (
            _recipe("percent", "14823.2.2.1.2.1.30.0"),
            _recipe("mean", "14823.2.2.1.2.1.13.1.3"),
            _recipe("mean", "14823.2.2.1.1.1.9.1.3"),
            _recipe("mean", "14823.2.3.3.1.2.1.1.7"),  # Instant access points
        ),
        (
            _recipe("percent", "14823.2.2.1.2.1.31.0"),
            _recipe("total_free", "14823.2.2.1.2.1.15.1.2", "14823.2.2.1.2.1.15.1.4"),
            _recipe("total_free", "14823.2.2.1.1.1.11.1.2", "14823.2.2.1.1.1.11.1.4"),
            _recipe("total_free", "14823.2.3.3.1.2.1.1.10", "14823.2.3.3.1.2.1.1.9"),
        ),
    ),
    _vendor("ArubaOS-CX", "47196", (), ()),  # HOST-RESOURCES-MIB tells all
    _vendor(
        "Juniper",
        "2636",
        (
            # Fans and power supplies have rows, too; a routing engine that is not there tells 0.
            _recipe("mean_busy", "2636.3.1.13.1.8", match="routing engine", names="2636.3.1.13.1.5"),
            _recipe("mean_busy", "2636.3.1.13.1.8"),
        ),
        (
            _recipe("mean_busy", "2636.3.1.13.1.11", match="routing engine", names="2636.3.1.13.1.5"),
            _recipe("mean_busy", "2636.3.1.13.1.11"),
        ),
    ),
    _vendor(
        "Ubiquiti",
        "41112",
        (_recipe("hundredths", "41112.1.4.8.3.0"), *_fastpath("4413.1.1.1.1")[0]),
        (_recipe("total_free", "10002.1.1.1.1.1.0", "10002.1.1.1.1.2.0"), *_fastpath("4413.1.1.1.1")[1]),
    ),
    _vendor(
        "Ubiquiti airOS",
        "10002",
        (_recipe("hundredths", "41112.1.4.8.3.0"),),
        (_recipe("total_free", "10002.1.1.1.1.1.0", "10002.1.1.1.1.2.0"),),
    ),
    _vendor("Ubiquiti EdgeSwitch", "4413", *_fastpath("4413.1.1.1.1")),
    _vendor("Netgear", "4526.100", *_fastpath("4526.10.1.1.1")),
    _vendor("MikroTik", "14988", (), ()),  # HOST-RESOURCES-MIB, with "main memory"
    _vendor(
        "Fortinet FortiGate",
        "12356.101",
        (_recipe("percent", "12356.101.4.1.3.0"),),
        (_recipe("percent", "12356.101.4.1.4.0"),),
    ),
    _vendor(
        "Fortinet FortiManager",
        "12356.103",
        (_recipe("percent", "12356.103.2.1.1.0"),),
        (_recipe("total_used", "12356.103.2.1.3.0", "12356.103.2.1.2.0"),),
    ),
    _vendor(
        "Fortinet FortiSwitch",
        "12356.106",
        (_recipe("percent", "12356.106.4.1.2.0"),),
        (_recipe("total_used", "12356.106.4.1.4.0", "12356.106.4.1.3.0"),),
    ),
    _vendor("net-snmp", "8072", (), ()),
    _vendor(
        "Brocade",
        "1991",
        (_recipe("percent", "1991.1.1.2.1.52.0"),),
        (_recipe("percent", "1991.1.1.2.1.53.0"),),
    ),
    _vendor(
        "Dell Force10",
        "6027",
        (_recipe("mean", "6027.3.10.1.2.9.1.2"),),
        (_recipe("mean", "6027.3.10.1.2.9.1.5"),),
    ),
    _vendor(
        "Extreme",
        "1916",
        (_recipe("percent", "1916.1.32.1.2.0"), _recipe("mean", "1916.1.32.1.4.1.5")),
        (_recipe("total_free", "1916.1.32.2.2.1.2", "1916.1.32.2.2.1.3"),),
    ),
    _vendor(
        "Huawei",
        "2011",
        (_recipe("mean_busy", "2011.5.25.31.1.1.1.1.5"),),
        (_recipe("mean_busy", "2011.5.25.31.1.1.1.1.7"),),
    ),
    _vendor(
        "SonicWall",
        "8741",
        (_recipe("percent", "8741.1.3.1.3.0"),),
        (_recipe("percent", "8741.1.3.1.4.0"),),
    ),
    _vendor(
        "TP-Link",
        "11863",
        (_recipe("mean", "11863.6.4.1.1.1.1.3"),),
        (_recipe("mean", "11863.6.4.1.2.1.1.2"),),
    ),
    _vendor(
        "Zyxel",
        "890",
        (
            _recipe("percent", "890.1.15.3.2.4.0"),
            _recipe("percent", "890.1.15.3.2.7.0"),
            _recipe("percent", "890.1.6.22.1.1.0"),
        ),
        (_recipe("percent", "890.1.6.22.1.2.0"),),
    ),
)
_NOBODY: Final = Vendor("", ())


def vendor_of(object_id: Oid) -> Vendor:
    """The row of the longest prefix that fits; one without recipes when there is none."""
    fitting = [one for one in VENDORS if object_id[: len(one.prefix)] == one.prefix]
    return max(fitting, key=lambda one: len(one.prefix), default=_NOBODY)
