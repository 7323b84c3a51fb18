"""What agents of operating systems print, a maker for each kind of text."""

import re

from hexmon.graphs.datasets.netstat_words import BEFORE, BEHIND, BSD_WORDS, LEGACY_LINUX, LINUX
from hexmon.graphs.datasets.vmstat import COLUMNS
from tests.peers.dataset_dice import Dice, Text, color, mount, name, number, real, rows


def cpu(dice: Dice) -> Text:
    up = dice.choice(("up: 12 days", "up: 1:23", "Uptime: 3 hours", "no news"))
    load = dice.choice((f"load={real(dice, 20)}", f"load={number(dice, 100)}%", f"load={number(dice, 2000)}"))
    text = f"{color(dice)} Fri Nov 20 08:00:00 2026 {up}, {number(dice, 50)} users, {number(dice, 900)} procs, {load}\n"
    if dice.random() < 0.5:
        text += f"\nSystem clock is {dice.randint(-9000, 9000)} seconds off\n"
    if dice.random() < 0.3:
        total, page = dice.randint(10**6, 10**11), dice.randint(10**6, 10**11)
        text += f"Total Physical memory: {total} bytes\nAvailable Physical memory: {dice.randint(0, total)} bytes\n"
        text += f"Total PageFile size: {page} bytes\nAvailable PageFile size: {dice.randint(0, page)} bytes\n"
    return Text("status", "cpu", text)


def other_cpu(dice: Dice) -> Text:
    texts = (
        f"green March 21, 2005 x {number(dice, 900)} users {number(dice)} jobs(1 batch), load={number(dice, 99)}%\n",
        f"green 5 Apr 2005 20:07:34  CPU Utilization  {number(dice, 99)}% z/VM Version 4 Release 4.0\n",
        f"green z/VSE 3.1.1 cr IPLed\n CPU Utilization {number(dice, 99)}%\n",
        f"green up: 254.58 days, CPU Usage=  {number(dice, 99)}%\n\nbb-xsnmp.pl Version: 1.78\n",
        f"green router\n<br>CPU 5 min average: {number(dice, 99)}%\n",
    )
    return Text("status", "cpu", dice.choice(texts))


def disk(dice: Dice) -> Text:
    def row() -> str:
        total = number(dice)
        used = dice.randint(0, total)
        return f"/dev/{name(dice):12} {total:11} {used:9} {total - used:9} {dice.randint(0, 100):4}% {mount(dice)}"

    head = dice.choice(("Filesystem 1024-blocks Used Available Capacity Mounted on\n", ""))
    above = rows(dice, lambda: f"&red {mount(dice)} (98% used) has reached the PANIC level (95%)", 2)
    test = dice.choice(("disk", "inode", "qtree", "quotas", "snapshot", "TblSpace"))
    return Text("status", test, f"{color(dice)} Filesystems /etc\n\n{above}\n{head}{rows(dice, row)}")


def windows_disk(dice: Dice) -> Text:
    def row() -> str:
        drive = dice.choice("CDEFGH")
        return (
            f"{drive}     {number(dice):10} {number(dice):10} {number(dice):10} {dice.randint(0, 100)}%  /FIXED/{drive}"
        )

    head = dice.choice(("Filesystem 1k-blocks Used Avail Capacity Mounted\n", "Filesystem Summary\n"))
    limits = dice.choice(("", "<b>Limits:</b>\nX 1 2 3 4% /FIXED/X\n"))
    return Text("status", "disk", f"green drives\n\n{head}{rows(dice, row)}{limits}")


def other_disk(dice: Dice) -> Text:
    unit = dice.choice(("", "M", "G", "T"))
    texts = (
        f"green x\n/dev/root  xfs  {number(dice)} {number(dice)} {number(dice)} {number(dice, 100)}% {mount(dice)}\n",
        f"red x\nMarch 23, 2005 12:32:54 PM EST DASD on delta at panic level at {real(dice, 100, 4)}%\n",
        f"green NetAPP\n x /vol/{name(dice)} a {number(dice, 1000)}{unit} 1 {number(dice, 100)}%\n",
        f"green NetWare Volumes\n x /{name(dice)} a {number(dice)} 1 2 3 {number(dice, 100)}%\n",
    )
    return Text("status", "disk", dice.choice(texts))


def memory(dice: Dice) -> Text:
    def row(name: str) -> str:
        return f"&{color(dice)} {name:12} {number(dice, 10**5)}M {number(dice, 10**5)}M {dice.randint(0, 100):10}%\n"

    names = dice.choice((("Physical", "Actual", "Swap"), ("Physical", "Swap"), ("Real", "Virtual", "Page")))
    rows = "".join(map(row, names))
    return Text("status", "memory", f"green Memory OK\n   Memory  Used  Total  Percentage\n{rows}")


def other_memory(dice: Dice) -> Text:
    kilos = " ".join(str(number(dice, 10**6)) for _ in range(3))
    forms = (
        (
            "green z/OS Memory Map\n Area Alloc Used HWM Util\n CSA  KILOS SHARE.1\n ECSA KILOS SHARE.0\n"
            " SQA  KILOS SHARE.4\n ESQA KILOS SHARE.7\n"
        ),
        "green z/VSE VSIZE Utilization SHARE.5%\n",
        "green x\n Processor 27 13 SHARE.80%\n I/O 16 41 SHARE.68%\n Fast 19 83 SHARE.69%\nbb-xsnmp.pl\n",
        (
            "green x\n&green Total Cache Buffers : SHARE%\n&green Dirty Cache Buffers : SHARE%\n"
            "&green Long Term Cache Hit Percentage : SHARE%\n"
        ),
    )
    text = dice.choice(forms).replace("KILOS", kilos)
    return Text("status", "memory", re.sub("SHARE", lambda _: str(dice.randint(0, 100)), text))


def conn(dice: Dice) -> Text:
    said = dice.choice(
        (
            f"is alive ({real(dice, 900)} ms)",
            f"is alive ({number(dice, 900)} usec)",
            f"is alive ({real(dice, 900)} ms), 2 of 3 packets answered ({real(dice, 900)} {real(dice, 900)} ms)",
            f"64 bytes from x: icmp_seq=0 ttl=64 time={real(dice, 9)} ms",
        )
    )
    return Text(
        "status", "conn", f"green <!-- [flags:OrdasTLe] --> conn ok\n\nService conn is OK\n\n&green 192.0.2.1 {said}\n"
    )


def http(dice: Dice) -> Text:
    def row() -> str:
        path = "/".join(name(dice) for _ in range(dice.randint(0, 3)))
        url = f"{dice.choice(('http', 'https'))}://{name(dice)}.test/{path}"
        url += "x" * dice.choice((0, 0, 0, 150, 240))
        return f"&{color(dice)} {url} - OK\n\nHTTP/1.1 200 OK\n\nSeconds: {real(dice, 9, 9)}\n"

    return Text("status", "http", f"green x: OK\n\n{rows(dice, row, 3)}")


def service(dice: Dice) -> Text:
    return Text(
        "status",
        dice.choice(("smtp", "ssh")),
        f"green <!-- [flags:OrdastLe] --> ok\n\nService is OK\n\nSeconds: {real(dice, 9, 9)}\n",
    )


def netstat_behind(dice: Dice) -> Text:
    system = dice.choice(("solaris", "aix", "hpux", "bbwin", "win32"))
    words = BEHIND["windows" if "win" in system else "unix"]
    kept = [word for word in words if word and dice.random() < 0.9]
    dice.shuffle(kept)
    return Text("data", "netstat", f"{system}\n" + "".join(f"\t{word:20}={number(dice):6}\n" for word in kept))


def netstat_before(dice: Dice) -> Text:
    system = dice.choice(("linux", "linux22", "rhel3", "snmp", "freebsd"))
    tables = {"snmp": BEFORE["snmp"], "freebsd": BSD_WORDS}
    words = tables.get(system) or dice.choice((LINUX, LEGACY_LINUX))
    kept = [word for word in words if word and dice.random() < 0.95]
    rows = "".join(f"    {number(dice)} {word}\n" for word in (*kept[3:], "Udp:", *kept[:3]))
    return Text("data", "netstat", f"{system}\nIp:\n    5 total packets received\nTcp:\n{rows}")


def netstat_bytes(dice: Dice) -> Text:
    system = dice.choice(("osf", "aix", "hpux", "irix", "freebsd", "openbsd", "darwin"))
    order = "out of order" if system == "hpux" else "out-of-order"
    received = {"osf": "packets", "irix": "total datagrams"}.get(system, "datagrams")
    sent = "packets sent" if system == "osf" else "datagrams output"
    many, front = ("", "") if system == "irix" else ("s", "")
    if system in ("freebsd", "openbsd", "darwin"):
        many, front = "", "with "

    def n() -> int:
        return number(dice)

    tcp = [
        f"{n()} data packets ({n()} bytes)",
        f"{n()} data packets ({n()} bytes) retransmitted",
        f"{n()} packets ({n()} bytes) received in-sequence",
        f"{n()} {order} packets ({n()} bytes)",
        f"{n()} connection requests",
        f"{n()} connection accepts",
    ]
    udp = [
        f"{n()} {received} received",
        f"{n()} {sent}",
        f"{n()} {front}incomplete header{many}",
        f"{n()} {front}bad data length field{many}",
        f"{n()} {front}bad checksum{many}",
    ]
    dice.shuffle(tcp)
    return Text("data", "netstat", f"{system}\n\ntcp:\n\t" + "\n\t".join(tcp) + "\nudp:\n\t" + "\n\t".join(udp) + "\n")


def vmstat(dice: Dice) -> Text:
    system = dice.choice([*COLUMNS, "sunos", "debian", "redhatES"])
    numbers = [dice.choice((str(number(dice, 10**6)), real(dice))) for _ in range(dice.randint(3, 25))]
    return Text("data", "vmstat", f"{system}\n  {'  '.join(numbers)}\n")


def ifstat(dice: Dice) -> Text:
    def n() -> int:
        return number(dice, 10**13)

    def card() -> str:
        return dice.choice(("eth", "en", "em", "lan")) + str(dice.randint(0, 99))

    def linux() -> str:
        one = dice.choice((card(), "lo"))
        if dice.random() < 0.5:
            both = f"          RX bytes:{n()} (1 MiB)  TX bytes:{n()} (2 MiB)\n"
            return f"{one}      Link encap:Ethernet\n          RX packets:1\n{both}"
        received, sent = (f"        {way} packets 66254  bytes {n()} (1.8 GiB)\n" for way in ("RX", "TX"))
        return f"{one}: flags=4163<UP>  mtu 1500\n{received}{sent}"

    def solaris() -> str:
        one = card()
        return f"{one[:3]}:0:{one}:obytes64\t{n()}\n{one[:3]}:0:{one}:rbytes64\t{n()}"

    printed = {
        "linux": linux,
        "debian": linux,
        "freebsd": lambda: f"{card()}  1500 <Link#1>  14:da:e9:d2:10:b8 5051 54 0 {n()} 294395839 14 {n()} 0",
        "openbsd": lambda: f"{card()} 1500 198.51.100.0/24 198.51.100.151 {n()} {n()}",
        "netbsd": lambda: f"{card()} 1500 198.51.100.0/24 198.51.100.151 {n()} {n()}",
        "darwin": lambda: (
            f"{card()}   1500  130.223.20/24 130.223.20.20   2013711826     - {n()} 331648829     - {n()}     -"
        ),
        "solaris": solaris,
        "aix": lambda: f"ETHERNET STATISTICS ({card()}) :\nPackets: 1  Packets: 2\nBytes: {n()}     Bytes: {n()}",
        "hpux": lambda: (
            f"PPA Number                      = {dice.randint(0, 9)}\nInbound Octets                  = {n()}\n"
            f"Outbound Octets                 = {n()}"
        ),
        "sco_sv": lambda: f"net{dice.randint(0, 9)}  1500  203.0.113  192.0.2.2        {n()} 0     {n()} 0      0     ",
        "bbwin": lambda: f"203.0.113.{dice.randint(1, 9)} {n()} {n()}",
    }
    system = dice.choice(list(printed))
    return Text("data", "ifstat", f"{system}\n{rows(dice, printed[system])}")


def ifmib(dice: Dice) -> Text:
    names = (
        "ifInNUcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutNUcastPkts ifOutDiscards ifOutErrors ifOutQLen"
    )
    names += " ifInMulticastPkts ifInBroadcastPkts ifOutMulticastPkts ifOutBroadcastPkts ifHCInMulticastPkts"
    names += " ifHCInBroadcastPkts ifHCOutMulticastPkts ifHCOutBroadcastPkts ifInOctets ifHCInOctets ifOutOctets"
    names += " ifHCOutOctets ifInUcastPkts ifHCInUcastPkts ifOutUcastPkts ifHCOutUcastPkts"

    def device() -> str:
        values = (f"{name} = {dice.choice((str(number(dice)), 'NODATA'))}" for name in names.split())
        return f"[{name(dice)}]\n" + "\n".join(values)

    interval = dice.choice(("Interval=300\n", "Interval=60\n", ""))
    return Text("data", "ifmib", f"{interval}ActiveIP=192.0.2.1\n\n{rows(dice, device, 3)}")


def iostat(dice: Dice) -> Text:
    disks = [f"d{number}" for number in range(dice.randint(1, 4))]
    keys = "".join(f"{one} {mount(dice)}{number}\n" for number, one in enumerate(disks))
    rows = "".join("    ".join(["", *(real(dice, 50, 1) for _ in range(14)), one]) + "\n" for one in [*disks, "d99"])
    return Text("data", "iostat", f"BEGINKEY\n{keys}ENDKEY\nBEGINDATA\n    r/s    w/s device\n{rows}ENDDATA\n")
