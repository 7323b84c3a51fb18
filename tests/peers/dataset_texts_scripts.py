"""What servers and the scripts of people print, a maker for each kind of text."""

from tests.peers.dataset_dice import Dice, Text, color, mount, name, number, real, rows, word


def apache(dice: Dice) -> Text:
    kind = dice.choice(("Workers", "Servers"))
    rows = [
        f"Total Accesses: {number(dice)}",
        f"Total kBytes: {number(dice)}",
        f"CPULoad: {real(dice, 1, 6)}",
        "Uptime: 4711",
        f"ReqPerSec: {real(dice, 99, 5).lstrip('0')}",
        f"Busy{kind}: {dice.randint(1, 99)}",
        f"Idle{kind}: {dice.randint(1, 99)}",
        "Scoreboard: ____WWW",
    ]
    return Text("data", "apache", "\n".join(rows) + "\n")


def sendmail(dice: Dice) -> Text:
    columns = dice.choice((5, 7, 8))

    def row() -> str:
        words = [
            str(number(dice, 10**6)),
            f"{number(dice, 10**6)}K",
            str(number(dice, 10**6)),
            f"{number(dice, 10**6)}K",
        ]
        words += [str(number(dice, 99)) for _ in range(columns - 5)]
        return f" {dice.randint(0, 9)}  {'  '.join(words)}  {name(dice)}"

    head = "Statistics from Mon Apr 25 16:29:41 2005\n M   msgsfr  bytes_from   msgsto  Mailer\n"
    return Text("data", "sendmail", f"\n{head}{rows(dice, row)}=====\n T 1 2K 3 4K 5 6 7\n")


def mailq(dice: Dice) -> Text:
    if dice.random() < 0.5:
        return Text("status", "mailq", f"green x\n&green Mail Queue ({number(dice, 9999)} requests)\n")
    queues = [f"Mail queue {way}:\n&green   Mail Queue ({number(dice, 9999)} requests)\n" for way in ("in", "out")]
    dice.shuffle(queues)
    return Text("status", "mailq", "green x\n" + "".join(queues))


def iishealth(dice: Dice) -> Text:
    words = ("Connections:", "RequestsQueued:", "Sessions:", "Others:")
    return Text("status", "iishealth", "green x\n" + "".join(f"&green {word} {number(dice)}\n" for word in words))


def citrix(dice: Dice) -> Text:
    return Text("status", "citrix", f"green x\n\n{number(dice, 999)} users active\n\n")


def ntpstat(dice: Dice) -> Text:
    said = dice.choice((f"rootdisp=1.2, offset={real(dice, 9, 3)}, frequency=1", f"x\nOffset: -{real(dice, 9, 3)}"))
    return Text("status", "ntpstat", f"green x\n{said}\n")


def temperature(dice: Dice) -> Text:
    def row() -> str:
        tag = dice.choice(("", "<i><b>", "<b>"))
        sensor = " ".join(name(dice) for _ in range(dice.randint(1, 3)))
        return f"&{color(dice)} {tag}{sensor}  \t {dice.randint(1, 99)}\t 63\t 68"

    return Text("status", "temperature", f"green x\n\nDevice\tTemp\n-----\n{rows(dice, row)}-----\n")


def counts(dice: Dice) -> Text:
    test = dice.choice(("filesizes", "proccounts", "portcounts", "linecounts", "deltacounts"))
    counted = rows(dice, lambda: f"{dice.choice((name(dice), mount(dice) + '#' + name(dice)))}:{number(dice)}")
    return Text("data", test, counted)


def trends(dice: Dice) -> Text:
    def file() -> str:
        sources = dict.fromkeys(word(dice, 18) for _ in range(dice.randint(1, 4)))
        kinds = ("GAUGE", "DERIVE", "COUNTER", "ABSOLUTE")
        limits = ("U:U", "0:U", "0:100", "-30:50")
        rows = (
            f"DS:{one}:{dice.choice(kinds)}:{dice.choice((600, 28800))}:{dice.choice(limits)} {number(dice)}"
            for one in sources
        )
        return f"[{name(dice)}.rrd]\n" + "\n".join(rows)

    return Text("data", "trends", rows(dice, file))


def devmon(dice: Dice) -> Text:
    sources = [f"DS:ds{number}:COUNTER:600:0:U" for number in range(dice.randint(1, 3))]
    values = rows(dice, lambda: f"{name(dice)}.0 {':'.join(str(number(dice)) for _ in sources)}")
    return Text("status", "if_load", f"green x\n<!--DEVMON RRD: if_load 0 0\n{' '.join(sources)}\n{values}-->\n")


def ncv(dice: Dice) -> Text:
    def label() -> str:
        return " ".join(word(dice, 14) for _ in range(dice.randint(1, 3)))

    def row() -> str:
        value = dice.choice(
            (str(number(dice)), f"-{number(dice)}", f"{number(dice)} units", f"{number(dice)}%", "none")
        )
        line = f"{dice.choice(('', '&green ', '  '))}{label()} {dice.choice((':', '='))} {value}"
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
    return Text("status", test, f"green x : 5\n{rows(dice, row, 8)}{end}")


def monitors(dice: Dice) -> Text:
    test = dice.choice(("xymongen", "xymonnet", "xymonproxy", "xymond", "bbgen", "hobbitd"))
    colors = "".join(
        f"    - {color:24}: {number(dice, 999):6} ({real(dice)} %)\n"
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
        "xymongen": f"Statistics:\n Hosts : {number(dice, 999)}\n Status messages : {number(dice, 9999)}\n"
        f"{colors}\nTIME TOTAL   {real(dice, 99, 6)}\n",
        "xymonnet": f"TIME TOTAL        {real(dice, 99, 6)}\n",
        "xymonproxy": f"Average queue time : {real(dice, 9, 3)} seconds\n",
        "xymond": f"\nIncoming messages      : {number(dice)}\n"
        + "".join(f"- {word:20} : {number(dice)}\n" for word in words)
        + f"status channel messages: {number(dice)}\npage   channel messages: {number(dice)}\n",
    }
    return Text("status", test, "green x\n\n" + texts[{"bbgen": "xymongen", "hobbitd": "xymond"}.get(test, test)])


def mainframes(dice: Dice) -> Text:
    def n(most: int = 99) -> int:
        return number(dice, most)

    def space(word: str) -> str:
        return f"{word}: {n()} Free: {n()} Used: {n()} {n()}.5\n"

    texts = {
        "paging": f"green z/VM paging Rate {n()} per second\nXSTORE-{n():06}/SEC MIGRATE-{n():04}/SEC\n",
        "mdc": f"zvm\n{n()}:{n()}:{n()}\n",
        "cics": f"green x\nAppl Trans DSA EDSA\nPROD1 {n()} {n()}.5 {n()}.2\nTEST2 {n()} {n()}.1 {n()}.9\n",
        "getvis": "green z/VSE Getvis Map\nPID Jobname x\n"
        f"BG NOJOB 1 2 3 4 5 6 {n()} {n()}\nF1 POWER 1 2 3 4 5 6 {n()} {n()}\n",
        "maxuser": f"green x\n{space('Maxuser')}{space('RSVTSTRT')}{space('RSVNONR')}",
        "nparts": f"green x\n{space('Nparts')}",
    }
    test = dice.choice(list(texts))
    return Text("data" if test == "mdc" else "status", test, texts[test])


def netapp(dice: Dice) -> Text:
    def named(words: str, unit: str = "") -> str:
        return "".join(f"{word} : {number(dice, 9999)}{unit}\n" for word in words.split())

    unit = dice.choice(("", " MB", "G"))
    stats = "nfs_ops:1;cifs_ops:2"
    texts = {
        "stats": named("NET_read NET_write DISK_read DISK_write TAPE_read TAPE_write FCP_in FCP_out", unit),
        "ops": named("NFS_ops CIFS_ops iSCSI_ops HTTP_ops FCP_ops Total_ops"),
        "cifs": named("sessions open_shares open_files locks credentials open_directories ChangeNotifies"),
        "snapmirr": f"<!--\n{name(dice)}={number(dice)}\n{mount(dice)}={number(dice)}\n-->\n",
        "snaplist": f"<!--\n{name(dice)}={number(dice)}:{number(dice)}\n-->\n",
        "qtree": f"a 1 {number(dice, 99)}{dice.choice(('', 'M', 'G'))} 3 {number(dice, 100)}% /vol/{name(dice)} x\n",
        "xtstats": f"\n[qtree]\n/vol/{name(dice)};{stats}\n"
        f"[lun]\n{name(dice)};read_ops:{number(dice)};queue_full:3;avg_latency:1.5\n",
    }
    test = dice.choice(list(texts))
    return Text("status", test, f"green x\n{texts[test]}\nnetapp.pl Version 1\n")


def dbcheck(dice: Dice) -> Text:
    def named(words: str, shares: bool = False) -> str:
        return "".join(f"{word} : {real(dice) if shares else number(dice, 9999)}\n" for word in words.split())

    caches = "PinSQLArea PinTblProc PinBody PinTrigger HitSQLArea HitTblProc HitBody HitTrigger BlBuffHit RowCache"
    objects = rows(dice, lambda: f"&{color(dice)} object {name(dice)}")
    spaces = rows(
        dice,
        lambda: f"{word(dice)} {number(dice)} {number(dice, 999)}{dice.choice(('', 'M'))} 5 {number(dice, 100)}% x",
    )
    texts = {
        "MemReq": f"<!--\n{named('ResFree ResUsed ReqFail FailSize')}{named('ResAvgFree ResAvgUsed', True)}-->\n",
        "HitCache": named(caches, True),
        "Session": named("MaxSession CurrSession MaxProcs CurrProcs") + named("SessUsedPct ProcsUsedPct", True),
        "RollBack": f"Rollback Checking\n&green ROLLBACK percentage for {name(dice)} is {real(dice)}\n",
        "InvObj": f"Invalid Object Checking\n{objects}",
        "TblSpace": f"TableSpace/DBSpace a b\n{spaces}\n",
    }
    test = dice.choice(list(texts))
    return Text("status", test, f"green x\n{texts[test]}dbcheck.pl version 1\n")


def beastat(dice: Dice) -> Text:
    def named(words: str) -> str:
        return "".join(f"  {word}={number(dice, 9999)}\n" for word in words.split())

    queue, pool = "Type=ExecuteQueueRuntime", "Type=JDBCConnectionPoolRuntime"
    texts = {
        "JVM": named("HeapFreeCurrent HeapSizeCurrent"),
        "JMS": named(
            "ConnectionsCurrentCount ConnectionsHighCount ConnectionsTotalCount JMSServersCurrentCount"
            " JMSServersHighCount"
        ),
        "JTA": named("ActiveTransactionsTotalCount SecondsActiveTotalCount TransactionTotalCount"),
        "ExecQueue": "---- Full Status Report ----\n"
        + "".join(
            f"{queue} - Location=a - Name={name(dice)}\n{named('ExecuteThreadTotalCount PendingRequestCurrentCount')}\n"
            for _ in "ab"
        ),
        "JDBCConn": "---- Full Status Report ----\n"
        + "".join(
            f"{pool} - Location=a - Name={name(dice)}\n{named('MaxCapacity NumAvailable ConnectionDelayTime')}\n"
            for _ in "ab"
        ),
    }
    test = dice.choice(list(texts))
    return Text("status", test, f"green x\n{texts[test]}\nbeastat.pl version 1\n")
