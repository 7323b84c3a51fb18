"""A made-up switch of 26 interfaces, for the page of a device."""

from hexmon.model.color import Color
from hexmon.model.device import ArpEntry, Device, Interface, Neighbour
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey
from hexmon.model.site import Monitor, Site
from hexmon.model.site_memory import DeviceChange, MonitorMemory
from hexmon.model.site_state import MonitorState
from hexmon.model.status import Status
from tests.support.devices import a_monitor
from tests.web.fake import START, a_square

SWITCH = a_monitor()
ALIASES = {1: "uplink to the router", 3: "printer, first floor", 7: "camera at the door", 24: "storage"}
DOWN = {2, 9, 17}
OFF = {12, 13, 14}
TEXT = b"""green office-switch: 20 of 26 interfaces up

GigabitEthernet1/0/1 up
"""


def a_mac(number: int) -> str:
    return f"00:00:5E:00:53:{number:02X}"


def _interface(index: int) -> Interface:
    oper = "down" if index in DOWN | OFF else "up"
    macs = [a_mac(index)] if oper == "up" and index > 1 else []
    if index == 1:
        macs = [a_mac(number) for number in range(0x80, 0x88)]
    fast = index > 24
    return Interface(
        index=10100 + index,
        name=f"{'TenGigabitEthernet1/1/' if fast else 'GigabitEthernet1/0/'}{index - 24 if fast else index}",
        oper=oper,
        admin="down" if index in OFF else "up",
        macs=tuple(macs),
        alias=ALIASES.get(index, ""),
        slot="2" if fast else "1",
        speed=10_000.0 if fast else 1000.0 if oper == "up" else None,
    )


def a_switch() -> Device:
    return Device(
        name="office-switch",
        description="Example Switch 24 ports, software 15.2(7)E4",
        location="Cellar, rack 2",
        contact="ops@example.net",
        object_id="1.3.6.1.4.1.8072.3.2.10",
        serial="EX1234X0ABC",
        uptime=93 * 86_400.0,
        interfaces=tuple(_interface(index) for index in range(1, 27)),
        arp=tuple(ArpEntry(index=10101, mac=a_mac(n), ip=f"192.0.2.{n}") for n in (0x80, 0x81, 3, 5, 24, 0xF0)),
        neighbours=(
            Neighbour(index=10101, host="router.example.net", port="ge-0/0/3"),
            Neighbour(index=10125, host="core-1", port="Ethernet1/7", protocol="CDP"),
        ),
        notes=("slots: the device does not tell ENTITY-MIB",),
    )


def a_memory(device: Device | None = None) -> MonitorMemory:
    texts = [
        "GigabitEthernet1/0/9 oper=down admin=up (was oper=up admin=up)",
        f"GigabitEthernet1/0/9 MAC change disappeared=[{a_mac(9)}]",
        f"GigabitEthernet1/0/5 MAC change appeared=[{a_mac(5)}] disappeared=[{a_mac(0x45)}]",
        *(f"GigabitEthernet1/0/{n} appeared oper=up admin=up" for n in range(10, 22)),
    ]
    changes = tuple(DeviceChange(START - 1800.0 * n, text) for n, text in enumerate(texts, 1))
    state = MonitorState(last_checked=START - 21, last_response_time_ms=140, detail=device or a_switch())
    return MonitorMemory(what=("ports", SWITCH.address, "", ""), state=state, changes=changes)


def a_site_of(*monitors: Monitor) -> Site:
    return Site(name="HomeLab", source="lab.yaml", stem="lab", folder="lab", page="lab", monitors=monitors)


def a_switch_host(monitor: Monitor = SWITCH) -> Host:
    key = monitor.key
    return Host(name=key.host, display_name=monitor.name, page="lab", all_pages=("lab",), monitor=monitor)


def a_switch_square(key: StatusKey = SWITCH.key) -> Status:
    return a_square(key.host, key.test, Color.GREEN, TEXT)
