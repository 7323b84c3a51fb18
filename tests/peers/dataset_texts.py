"""Texts with figures as programs print them, a maker for each kind; names and numbers are by the dice."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hexmon.graphs.datasets.netstat_words import BEFORE, BEHIND, BSD_WORDS, LEGACY_LINUX, LINUX
from hexmon.graphs.datasets.vmstat import COLUMNS

Dice = random.Random
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Text:
    """A status (its text begins with a colour) or a data message (its text is below the first line)."""

    kind: str
    test: str
    text: str


def _word(dice: Dice, most: int = 9) -> str:
    return "".join(dice.choice(_LETTERS + "0123456789") for _ in range(dice.randint(1, most))).capitalize()


def _name(dice: Dice) -> str:
    return dice.choice(_LETTERS) + _word(dice).lower()


def _number(dice: Dice, most: int = 10**9) -> int:
    return dice.choice((0, 1, dice.randint(0, 99), dice.randint(0, most)))


def _real(dice: Dice, most: float = 100.0, digits: int = 2) -> str:
    return f"{dice.uniform(0, most):.{digits}f}"


def _color(dice: Dice) -> str:
    return dice.choice(("green", "yellow", "red"))


def _rows(dice: Dice, row: Callable[[], str], most: int = 5) -> str:
    return "".join(row() + "\n" for _ in range(dice.randint(0, most)))


def cpu(dice: Dice) -> Text:
    up = dice.choice(("up: 12 days", "up: 1:23", "Uptime: 3 hours", "no news"))
    load = dice.choice((f"load={_real(dice, 20)}", f"load={_number(dice, 100)}%", f"load={_number(dice, 2000)}"))
    text = (
        f"{_color(dice)} Fri Nov 20 08:00:00 2026 {up}, {_number(dice, 50)} users, {_number(dice, 900)} procs, {load}\n"
    )
    if dice.random() < 0.5:
        text += f"\nSystem clock is {dice.randint(-9000, 9000)} seconds off\n"
    if dice.random() < 0.3:
        total, page = dice.randint(10**6, 10**11), dice.randint(10**6, 10**11)
        text += f"Total Physical memory: {total} bytes\nAvailable Physical memory: {dice.randint(0, total)} bytes\n"
        text += f"Total PageFile size: {page} bytes\nAvailable PageFile size: {dice.randint(0, page)} bytes\n"
    return Text("status", "cpu", text)


def other_cpu(dice: Dice) -> Text:
    texts = (
        f"green March 21, 2005 PM EST delta {_number(dice, 900)} users {_number(dice)} jobs(126 batch,0 waiting), load={_number(dice, 99)}%\n",
        f"green 5 Apr 2005 20:07:34  CPU Utilization  {_number(dice, 99)}% z/VM Version 4 Release 4.0\n",
        f"green z/VSE 3.1.1 cr IPLed\n CPU Utilization {_number(dice, 99)}%\n",
        f"green up: 254.58 days, CPU Usage=  {_number(dice, 99)}%\n\nbb-xsnmp.pl Version: 1.78\n",
        f"green router\n<br>CPU 5 min average: {_number(dice, 99)}%\n",
    )
    return Text("status", "cpu", dice.choice(texts))


def _mount(dice: Dice) -> str:
    return dice.choice(("/", "/" + "/".join(_name(dice) for _ in range(dice.randint(1, 3)))))


def disk(dice: Dice) -> Text:
    def row() -> str:
        total = _number(dice)
        used = dice.randint(0, total)
        return f"/dev/{_name(dice):12} {total:11} {used:9} {total - used:9} {dice.randint(0, 100):4}% {_mount(dice)}"

    head = dice.choice(("Filesystem 1024-blocks Used Available Capacity Mounted on\n", ""))
    above = _rows(dice, lambda: f"&red {_mount(dice)} (98% used) has reached the PANIC level (95%)", 2)
    test = dice.choice(("disk", "inode", "qtree", "quotas", "snapshot", "TblSpace"))
    return Text("status", test, f"{_color(dice)} Filesystems /etc\n\n{above}\n{head}{_rows(dice, row)}")


def windows_disk(dice: Dice) -> Text:
    def row() -> str:
        drive = dice.choice("CDEFGH")
        return f"{drive}     {_number(dice):10} {_number(dice):10} {_number(dice):10} {dice.randint(0, 100)}%  /FIXED/{drive}"

    head = dice.choice(("Filesystem 1k-blocks Used Avail Capacity Mounted\n", "Filesystem Summary\n"))
    limits = dice.choice(("", "<b>Limits:</b>\nX 1 2 3 4% /FIXED/X\n"))
    return Text("status", "disk", f"green drives\n\n{head}{_rows(dice, row)}{limits}")


def other_disk(dice: Dice) -> Text:
    unit = dice.choice(("", "M", "G", "T"))
    texts = (
        f"green x\n/dev/root  xfs  {_number(dice)} {_number(dice)} {_number(dice)} {_number(dice, 100)}% {_mount(dice)}\n",
        f"red x\nMarch 23, 2005 12:32:54 PM EST DASD on delta at panic level at {_real(dice, 100, 4)}%\n",
        f"green NetAPP\n x /vol/{_name(dice)} a {_number(dice, 1000)}{unit} 1 {_number(dice, 100)}%\n",
        f"green NetWare Volumes\n x /{_name(dice)} a {_number(dice)} 1 2 3 {_number(dice, 100)}%\n",
    )
    return Text("status", "disk", dice.choice(texts))


def memory(dice: Dice) -> Text:
    def row(name: str) -> str:
        return f"&{_color(dice)} {name:12} {_number(dice, 10**5)}M {_number(dice, 10**5)}M {dice.randint(0, 100):10}%\n"

    names = dice.choice((("Physical", "Actual", "Swap"), ("Physical", "Swap"), ("Real", "Virtual", "Page")))
    rows = "".join(map(row, names))
    return Text("status", "memory", f"green Memory OK\n   Memory  Used  Total  Percentage\n{rows}")


def other_memory(dice: Dice) -> Text:
    def share() -> int:
        return dice.randint(0, 100)

    kilos = " ".join(str(_number(dice, 10**6)) for _ in range(3))
    texts = (
        f"green z/OS Memory Map\n Area Alloc Used HWM Util\n CSA  {kilos} {share()}.1\n ECSA {kilos} {share()}.0\n"
        f" SQA  {kilos} {share()}.4\n ESQA {kilos} {share()}.7\n",
        f"green z/VSE VSIZE Utilization {share()}.5%\n",
        f"green x\n Processor 2710556 13032864 {share()}.80%\n I/O 1664400 4194304 {share()}.68%\n"
        f" Fast 1987024 8388608 {share()}.69%\nbb-xsnmp.pl\n",
        f"green Memory\n&green Original Cache Buffers : 326622\n&green Total Cache Buffers : {share()}%\n"
        f"&green Dirty Cache Buffers : {share()}%\n&green Long Term Cache Hit Percentage : {share()}%\n",
    )
    return Text("status", "memory", dice.choice(texts))


def conn(dice: Dice) -> Text:
    said = dice.choice(
        (
            f"is alive ({_real(dice, 900)} ms)",
            f"is alive ({_number(dice, 900)} usec)",
            f"64 bytes from x: icmp_seq=0 ttl=64 time={_real(dice, 9)} ms",
        )
    )
    return Text(
        "status", "conn", f"green <!-- [flags:OrdasTLe] --> conn ok\n\nService conn is OK\n\n&green 10.0.0.1 {said}\n"
    )


def http(dice: Dice) -> Text:
    def row() -> str:
        url = f"{dice.choice(('http', 'https'))}://{_name(dice)}.test/{'/'.join(_name(dice) for _ in range(dice.randint(0, 3)))}"
        url += "x" * dice.choice((0, 0, 0, 150, 240))
        return f"&{_color(dice)} {url} - OK\n\nHTTP/1.1 200 OK\n\nSeconds: {_real(dice, 9, 9)}\n"

    return Text("status", "http", f"green x: OK\n\n{_rows(dice, row, 3)}")


def service(dice: Dice) -> Text:
    return Text(
        "status",
        dice.choice(("smtp", "ssh")),
        f"green <!-- [flags:OrdastLe] --> ok\n\nService is OK\n\nSeconds: {_real(dice, 9, 9)}\n",
    )


def netstat_behind(dice: Dice) -> Text:
    system = dice.choice(("solaris", "aix", "hpux", "bbwin", "win32"))
    words = BEHIND["windows" if "win" in system else "unix"]
    kept = [word for word in words if word and dice.random() < 0.9]
    dice.shuffle(kept)
    return Text("data", "netstat", f"{system}\n" + "".join(f"\t{word:20}={_number(dice):6}\n" for word in kept))


def netstat_before(dice: Dice) -> Text:
    system = dice.choice(("linux", "linux22", "rhel3", "snmp", "freebsd"))
    tables = {"snmp": BEFORE["snmp"], "freebsd": BSD_WORDS}
    words = tables.get(system) or dice.choice((LINUX, LEGACY_LINUX))
    kept = [word for word in words if word and dice.random() < 0.95]
    rows = "".join(f"    {_number(dice)} {word}\n" for word in (*kept[3:], "Udp:", *kept[:3]))
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
        return _number(dice)

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
    numbers = [dice.choice((str(_number(dice, 10**6)), _real(dice))) for _ in range(dice.randint(3, 25))]
    return Text("data", "vmstat", f"{system}\n  {'  '.join(numbers)}\n")


def ifstat(dice: Dice) -> Text:
    def n() -> int:
        return _number(dice, 10**13)

    def name() -> str:
        return dice.choice(("eth", "en", "em", "lan")) + str(dice.randint(0, 99))

    def linux() -> str:
        one = dice.choice((name(), "lo"))
        if dice.random() < 0.5:
            return f"{one}      Link encap:Ethernet\n          RX packets:1\n          RX bytes:{n()} (1 MiB)  TX bytes:{n()} (2 MiB)\n"
        return f"{one}: flags=4163<UP>  mtu 1500\n        RX packets 66254  bytes {n()} (1.8 GiB)\n        TX packets 40388  bytes {n()} (3.7 MiB)\n"

    def solaris() -> str:
        one = name()
        return f"{one[:3]}:0:{one}:obytes64\t{n()}\n{one[:3]}:0:{one}:rbytes64\t{n()}"

    rows = {
        "linux": linux,
        "debian": linux,
        "freebsd": lambda: f"{name()}  1500 <Link#1>  14:da:e9:d2:10:b8 5051 54 0 {n()} 294395839 14 {n()} 0",
        "openbsd": lambda: f"{name()} 1500 172.16.10.0/24 172.16.10.151 {n()} {n()}",
        "netbsd": lambda: f"{name()} 1500 172.16.10.0/24 172.16.10.151 {n()} {n()}",
        "darwin": lambda: (
            f"{name()}   1500  130.223.20/24 130.223.20.20   2013711826     - {n()} 331648829     - {n()}     -"
        ),
        "solaris": solaris,
        "aix": lambda: f"ETHERNET STATISTICS ({name()}) :\nPackets: 1  Packets: 2\nBytes: {n()}     Bytes: {n()}",
        "hpux": lambda: (
            f"PPA Number                      = {dice.randint(0, 9)}\nInbound Octets                  = {n()}\nOutbound Octets                 = {n()}"
        ),
        "sco_sv": lambda: f"net{dice.randint(0, 9)}  1500  195.75.9    10.1.1.2        {n()} 0     {n()} 0      0     ",
        "bbwin": lambda: f"192.168.0.{dice.randint(1, 9)} {n()} {n()}",
    }
    system = dice.choice(list(rows))
    return Text("data", "ifstat", f"{system}\n{_rows(dice, rows[system])}")


def ifmib(dice: Dice) -> Text:
    names = (
        "ifInNUcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutNUcastPkts ifOutDiscards ifOutErrors ifOutQLen"
    )
    names += " ifInMulticastPkts ifInBroadcastPkts ifOutMulticastPkts ifOutBroadcastPkts ifHCInMulticastPkts"
    names += " ifHCInBroadcastPkts ifHCOutMulticastPkts ifHCOutBroadcastPkts ifInOctets ifHCInOctets ifOutOctets"
    names += " ifHCOutOctets ifInUcastPkts ifHCInUcastPkts ifOutUcastPkts ifHCOutUcastPkts"

    def device() -> str:
        values = (f"{name} = {dice.choice((str(_number(dice)), 'NODATA'))}" for name in names.split())
        return f"[{_name(dice)}]\n" + "\n".join(values)

    interval = dice.choice(("Interval=300\n", "Interval=60\n", ""))
    return Text("data", "ifmib", f"{interval}ActiveIP=10.0.0.1\n\n{_rows(dice, device, 3)}")


def iostat(dice: Dice) -> Text:
    disks = [f"d{number}" for number in range(dice.randint(1, 4))]
    keys = "".join(f"{one} {_mount(dice)}{number}\n" for number, one in enumerate(disks))
    rows = "".join("    ".join(["", *(_real(dice, 50, 1) for _ in range(14)), one]) + "\n" for one in [*disks, "d99"])
    return Text("data", "iostat", f"BEGINKEY\n{keys}ENDKEY\nBEGINDATA\n    r/s    w/s device\n{rows}ENDDATA\n")


def apache(dice: Dice) -> Text:
    kind = dice.choice(("Workers", "Servers"))
    rows = [
        f"Total Accesses: {_number(dice)}",
        f"Total kBytes: {_number(dice)}",
        f"CPULoad: {_real(dice, 1, 6)}",
        "Uptime: 4711",
        f"ReqPerSec: {_real(dice, 99, 5).lstrip('0')}",
        f"Busy{kind}: {dice.randint(1, 99)}",
        f"Idle{kind}: {dice.randint(1, 99)}",
        "Scoreboard: ____WWW",
    ]
    return Text("data", "apache", "\n".join(rows) + "\n")


def sendmail(dice: Dice) -> Text:
    columns = dice.choice((5, 7, 8))

    def row() -> str:
        words = [
            str(_number(dice, 10**6)),
            f"{_number(dice, 10**6)}K",
            str(_number(dice, 10**6)),
            f"{_number(dice, 10**6)}K",
        ]
        words += [str(_number(dice, 99)) for _ in range(columns - 5)]
        return f" {dice.randint(0, 9)}  {'  '.join(words)}  {_name(dice)}"

    head = "Statistics from Mon Apr 25 16:29:41 2005\n M   msgsfr  bytes_from   msgsto  Mailer\n"
    return Text("data", "sendmail", f"\n{head}{_rows(dice, row)}=====\n T 1 2K 3 4K 5 6 7\n")


def mailq(dice: Dice) -> Text:
    if dice.random() < 0.5:
        return Text("status", "mailq", f"green x\n&green Mail Queue ({_number(dice, 9999)} requests)\n")
    queues = [f"Mail queue {way}:\n&green   Mail Queue ({_number(dice, 9999)} requests)\n" for way in ("in", "out")]
    dice.shuffle(queues)
    return Text("status", "mailq", "green x\n" + "".join(queues))


def iishealth(dice: Dice) -> Text:
    words = ("Connections:", "RequestsQueued:", "Sessions:", "Others:")
    return Text("status", "iishealth", "green x\n" + "".join(f"&green {word} {_number(dice)}\n" for word in words))


def citrix(dice: Dice) -> Text:
    return Text("status", "citrix", f"green x\n\n{_number(dice, 999)} users active\n\n")


def ntpstat(dice: Dice) -> Text:
    said = dice.choice((f"rootdisp=1.2, offset={_real(dice, 9, 3)}, frequency=1", f"x\nOffset: -{_real(dice, 9, 3)}"))
    return Text("status", "ntpstat", f"green x\n{said}\n")


def temperature(dice: Dice) -> Text:
    def row() -> str:
        tag = dice.choice(("", "<i><b>", "<b>"))
        name = " ".join(_name(dice) for _ in range(dice.randint(1, 3)))
        return f"&{_color(dice)} {tag}{name}  \t {dice.randint(1, 99)}\t 63\t 68"

    return Text("status", "temperature", f"green x\n\nDevice\tTemp\n-----\n{_rows(dice, row)}-----\n")


def counts(dice: Dice) -> Text:
    test = dice.choice(("filesizes", "proccounts", "portcounts", "linecounts", "deltacounts"))
    rows = _rows(dice, lambda: f"{dice.choice((_name(dice), _mount(dice) + '#' + _name(dice)))}:{_number(dice)}")
    return Text("data", test, rows)


def trends(dice: Dice) -> Text:
    def file() -> str:
        sources = dict.fromkeys(_word(dice, 18) for _ in range(dice.randint(1, 4)))
        kinds = ("GAUGE", "DERIVE", "COUNTER", "ABSOLUTE")
        limits = ("U:U", "0:U", "0:100", "-30:50")
        rows = (
            f"DS:{one}:{dice.choice(kinds)}:{dice.choice((600, 28800))}:{dice.choice(limits)} {_number(dice)}"
            for one in sources
        )
        return f"[{_name(dice)}.rrd]\n" + "\n".join(rows)

    return Text("data", "trends", _rows(dice, file))


def devmon(dice: Dice) -> Text:
    sources = [f"DS:ds{number}:COUNTER:600:0:U" for number in range(dice.randint(1, 3))]
    rows = _rows(dice, lambda: f"{_name(dice)}.0 {':'.join(str(_number(dice)) for _ in sources)}")
    return Text("status", "if_load", f"green x\n<!--DEVMON RRD: if_load 0 0\n{' '.join(sources)}\n{rows}-->\n")


def ncv(dice: Dice) -> Text:
    def name() -> str:
        return " ".join(_word(dice, 14) for _ in range(dice.randint(1, 3)))

    def row() -> str:
        value = dice.choice(
            (str(_number(dice)), f"-{_number(dice)}", f"{_number(dice)} units", f"{_number(dice)}%", "none")
        )
        line = f"{dice.choice(('', '&green ', '  '))}{name()} {dice.choice((':', '='))} {value}"
        return dice.choice((*([line] * 6), *_comments(line)))

    def _comments(line: str) -> tuple[str, ...]:
        return (
            f"<!-- ncv_skip -->{line}",
            f"<!-- ncv_skipstart -->\n{line}\n{line}\n<!-- ncv_skipend -->",
            f"<!-- ncv_ignore --> some = text 5 </--> {line}",
            f"<!-- ncv_odd -->{line}",
            "just words",
            "",
        )

    end = f"<!-- ncv_end -->\n{row()}\n" if dice.random() < 0.2 else ""
    test = dice.choice(("ncvt", "ncvg", "ncvs"))
    return Text("status", test, f"green x : 5\n{_rows(dice, row, 8)}{end}")


def monitors(dice: Dice) -> Text:
    test = dice.choice(("xymongen", "xymonnet", "xymonproxy", "xymond", "bbgen", "hobbitd"))
    colors = "".join(
        f"    - {color:24}: {_number(dice, 999):6} ({_real(dice)} %)\n"
        for color in (
            "Red",
            "Red (non-propagating)",
            "Yellow",
            "Yellow (non-propagating)",
            "Green",
            "Purple",
            "Clear",
            "Blue",
        )
    )
    words = ("status", "combo", "page", "summary", "data", "notes", "enable", "xymondboard", "drop")
    texts = {
        "xymongen": f"Statistics:\n Hosts : {_number(dice, 999)}\n Status messages : {_number(dice, 9999)}\n{colors}\nTIME TOTAL   {_real(dice, 99, 6)}\n",
        "xymonnet": f"TIME TOTAL        {_real(dice, 99, 6)}\n",
        "xymonproxy": f"Average queue time : {_real(dice, 9, 3)} seconds\n",
        "xymond": f"\nIncoming messages      : {_number(dice)}\n"
        + "".join(f"- {word:20} : {_number(dice)}\n" for word in words)
        + f"status channel messages: {_number(dice)}\npage   channel messages: {_number(dice)}\n",
    }
    return Text("status", test, "green x\n\n" + texts[{"bbgen": "xymongen", "hobbitd": "xymond"}.get(test, test)])


def mainframes(dice: Dice) -> Text:
    def n(most: int = 99) -> int:
        return _number(dice, most)

    def space(word: str) -> str:
        return f"{word}: {n()} Free: {n()} Used: {n()} {n()}.5\n"

    texts = {
        "paging": f"green z/VM paging Rate {n()} per second\nXSTORE-{n():06}/SEC MIGRATE-{n():04}/SEC\n",
        "mdc": f"zvm\n{n()}:{n()}:{n()}\n",
        "cics": f"green x\nAppl Trans DSA EDSA\nPROD1 {n()} {n()}.5 {n()}.2\nTEST2 {n()} {n()}.1 {n()}.9\n",
        "getvis": f"green z/VSE Getvis Map\nPID Jobname x\nBG NOJOB 1 2 3 4 5 6 {n()} {n()}\nF1 POWER 1 2 3 4 5 6 {n()} {n()}\n",
        "maxuser": f"green x\n{space('Maxuser')}{space('RSVTSTRT')}{space('RSVNONR')}",
        "nparts": f"green x\n{space('Nparts')}",
    }
    test = dice.choice(list(texts))
    return Text("data" if test == "mdc" else "status", test, texts[test])


def netapp(dice: Dice) -> Text:
    def named(words: str, unit: str = "") -> str:
        return "".join(f"{word} : {_number(dice, 9999)}{unit}\n" for word in words.split())

    unit = dice.choice(("", " MB", "G"))
    stats = "nfs_ops:1;cifs_ops:2"
    texts = {
        "stats": named("NET_read NET_write DISK_read DISK_write TAPE_read TAPE_write FCP_in FCP_out", unit),
        "ops": named("NFS_ops CIFS_ops iSCSI_ops HTTP_ops FCP_ops Total_ops"),
        "cifs": named("sessions open_shares open_files locks credentials open_directories ChangeNotifies"),
        "snapmirr": f"<!--\n{_name(dice)}={_number(dice)}\n{_mount(dice)}={_number(dice)}\n-->\n",
        "snaplist": f"<!--\n{_name(dice)}={_number(dice)}:{_number(dice)}\n-->\n",
        "qtree": f"a 1 {_number(dice, 99)}{dice.choice(('', 'M', 'G'))} 3 {_number(dice, 100)}% /vol/{_name(dice)} x\n",
        "xtstats": f"\n[qtree]\n/vol/{_name(dice)};{stats}\n[lun]\n{_name(dice)};read_ops:{_number(dice)};queue_full:3;avg_latency:1.5\n",
    }
    test = dice.choice(list(texts))
    return Text("status", test, f"green x\n{texts[test]}\nnetapp.pl Version 1\n")


def dbcheck(dice: Dice) -> Text:
    def named(words: str, real: bool = False) -> str:
        return "".join(f"{word} : {_real(dice) if real else _number(dice, 9999)}\n" for word in words.split())

    caches = "PinSQLArea PinTblProc PinBody PinTrigger HitSQLArea HitTblProc HitBody HitTrigger BlBuffHit RowCache"
    objects = _rows(dice, lambda: f"&{_color(dice)} object {_name(dice)}")
    spaces = _rows(
        dice,
        lambda: f"{_word(dice)} {_number(dice)} {_number(dice, 999)}{dice.choice(('', 'M'))} 5 {_number(dice, 100)}% x",
    )
    texts = {
        "MemReq": f"<!--\n{named('ResFree ResUsed ReqFail FailSize')}{named('ResAvgFree ResAvgUsed', True)}-->\n",
        "HitCache": named(caches, True),
        "Session": named("MaxSession CurrSession MaxProcs CurrProcs") + named("SessUsedPct ProcsUsedPct", True),
        "RollBack": f"Rollback Checking\n&green ROLLBACK percentage for {_name(dice)} is {_real(dice)}\n",
        "InvObj": f"Invalid Object Checking\n{objects}",
        "TblSpace": f"TableSpace/DBSpace a b\n{spaces}\n",
    }
    test = dice.choice(list(texts))
    return Text("status", test, f"green x\n{texts[test]}dbcheck.pl version 1\n")


def beastat(dice: Dice) -> Text:
    def named(words: str) -> str:
        return "".join(f"  {word}={_number(dice, 9999)}\n" for word in words.split())

    queue, pool = "Type=ExecuteQueueRuntime", "Type=JDBCConnectionPoolRuntime"
    texts = {
        "JVM": named("HeapFreeCurrent HeapSizeCurrent"),
        "JMS": named(
            "ConnectionsCurrentCount ConnectionsHighCount ConnectionsTotalCount JMSServersCurrentCount JMSServersHighCount"
        ),
        "JTA": named("ActiveTransactionsTotalCount SecondsActiveTotalCount TransactionTotalCount"),
        "ExecQueue": "---- Full Status Report ----\n"
        + "".join(
            f"{queue} - Location=a - Name={_name(dice)}\n{named('ExecuteThreadTotalCount PendingRequestCurrentCount')}\n"
            for _ in "ab"
        ),
        "JDBCConn": "---- Full Status Report ----\n"
        + "".join(
            f"{pool} - Location=a - Name={_name(dice)}\n{named('MaxCapacity NumAvailable ConnectionDelayTime')}\n"
            for _ in "ab"
        ),
    }
    test = dice.choice(list(texts))
    return Text("status", test, f"green x\n{texts[test]}\nbeastat.pl version 1\n")


MAKERS: Mapping[str, Callable[[Dice], Text]] = {
    maker.__name__: maker
    for maker in (
        cpu, other_cpu, disk, windows_disk, other_disk, memory, other_memory, conn, http, service, netstat_behind,
        netstat_before, netstat_bytes, vmstat, ifstat, ifmib, iostat, apache, sendmail, mailq, iishealth, citrix,
        ntpstat, temperature, counts, trends, devmon, ncv, monitors, mainframes, netapp, dbcheck, beastat,
    )
}  # fmt: skip


def texts(name: str, seed: int, count: int) -> Iterator[Text]:
    """So many of a maker; the same for the same seed."""
    dice = random.Random(f"{name} {seed}")  # noqa: S311
    for _ in range(count):
        yield MAKERS[name](dice)


_ODD_NUMBERS = ("-", "", "1e5", "12.5", "-3", "99999999999", "0x1f", "nan", "1,024", "007")


def mutated(text: Text, dice: Dice) -> Text:
    """The same with some lines, words or numbers that are not as they should be."""
    rows = text.text.split("\n")
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(rows))
        rows[place : place + 1] = dice.choice(_MUTATIONS)(rows[place], dice)
        rows = rows or [""]
    return Text(text.kind, text.test, "\n".join(rows))


def _odd_number(row: str, dice: Dice) -> list[str]:
    numbers = list(re.finditer(r"\d+", row))
    if not numbers:
        return [row]
    one = dice.choice(numbers)
    return [row[: one.start()] + dice.choice(_ODD_NUMBERS) + row[one.end() :]]


def _one_word_less(row: str, dice: Dice) -> list[str]:
    words = row.split(" ")
    del words[dice.randrange(len(words))]
    return [" ".join(words)]


def _more_blanks(row: str, dice: Dice) -> list[str]:
    place = dice.randint(0, len(row))
    return [row[:place] + dice.choice((" ", "\t", "  ")) + row[place:]]


_MUTATIONS: tuple[Callable[[str, Dice], list[str]], ...] = (
    lambda _row, _dice: [],
    lambda row, _dice: [row, row],
    lambda row, dice: [row[: dice.randint(0, len(row))]],
    _odd_number,
    _odd_number,
    _one_word_less,
    _more_blanks,
)
