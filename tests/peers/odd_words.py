"""What odd messages are made of: every kind of word in the forms that people and scripts send, and some more."""

HOSTS = """\
127.0.0.1 000.example.net # testip
0.0.0.0 .default. # COMMENT:"set for all" ssldays=40:20
127.0.1.1 gate.example.net # NAME:"The | gate" CLIENT:gw1 dialup
127.0.1.2 Sub.Domain.Example.NET # CLIENT:"Sub_Alias" multihomed NET:inner
page east East side
group First
127.0.1.3 planned # DOWNTIME=*:*:0000:2359:"moved, \\ and back"
127.0.1.4 partly.example.net # DOWNTIME=mem,net_1:*:0000:2359:"memory" DOC:http://127.0.0.1/%s
127.0.1.5 slow.example.net # delayred=cpu:10,mem:30 delayyellow=cpu:5,disk:20,DISK:20,Disk:20
subpage attic Under the roof
group-only cpu|mem Narrow
0.0.0.0 float.example.net # noclear TRENDS:*,!mem noinfo
127.0.1.6 still-1.example.net # notrends NOCOLUMNS:procs,disk CLASS:quiet noclient
127.0.1.7 x_y.example.net # pulldata NOPROPRED:cpu noflap=mem
vpage west West side
127.0.1.8 gate # OS:linux COMMENT:plain
127.0.1.9 127.0.1.9 # nonongreen
127.0.1.3 planned # NAME:again
"""
SPELLINGS = (
    ("gate.example.net", "gate,example,net", "GATE.example,NET", "gw1", "GW1"),
    ("Sub.Domain.Example.NET", "sub,domain,example,net", "SUB.DOMAIN.EXAMPLE.NET", "sub_alias", "Sub_Alias"),
    ("planned", "PLANNED"),
    ("partly.example.net", "partly,example,net", "Partly,Example.Net"),
    ("slow.example.net", "slow,example,net"),
    ("float.example.net", "float,example,net", "FLOAT,EXAMPLE,NET"),
    ("still-1.example.net", "still-1,example,net"),
    ("x_y.example.net", "x_y,example,net"),
    ("gate",),
    ("127.0.1.9", "127,0,1,9"),
)
ODD_HOSTS = (
    "gate,example,net,", "gate..example.net", ",gate", "gate,example", "stranger", "aa:bb", "gate@example", "*", "st%r",
    "h\xf6st", "0.0.0.9", "gate/example", "example.net", ".gate", "gate'", "a" * 60,
)  # fmt: skip
TESTS = ("cpu", "mem", "disk", "net_1", "CPU", "q-1", "a:b", "c/d", "e\\f", "conn", "0", "x" * 60)
ODD_TESTS = ("", "a;b", "a|b", "a,b", "te st", "\xe9t\xe9", "a'b", "a%b", "a+b", "a=b", "info", "trends", "clientlog")
COLORS = (
    "green", "yellow", "red", "clear", "blue", "GREEN", "Red", "yElLoW", "green,", "red!", "yellow-",
    "clear.", "green:x",
    "red1", "green/", "red<b>", "blue_", "&red",
)  # fmt: skip
ODD_COLORS = (
    "redish",
    "greenx",
    "",
    "purple",
    "PURPLE",
    "client",
    "Client",
    "none",
    "gree",
    "yellowish",
    "unknown",
    "12",
    "\xff",
)
LIFETIMES = (
    "+5", "+2h", "+1d", "+1w", "+1h30m", "+2d1h", "+90m", "+10x", "+abc", "+0", "+-5", "+", "++5", "+5+6", "+007",
    "+99999", "+5h/", "+m", "+30s", "+2H",
)  # fmt: skip
GROUPS = ("/group:dba", "/group:a,b,,c", "/group:", "/group", "/nothing", "/group:x/group:y", "/GROUP:z", "/group:a b")
BLANKS = (" ", " ", " ", " ", " ", " ", "  ", "\t", " \t ", "\t\t", "     ")
TEXTS = (
    "", " ok", " Sat Nov 21 00:00:00 2026 ok\n\n&green fine\n&red no\n", "\n", "\r\n", "\n\n", " a|b\\c\td",
    "\tafter a tab",
    " trailing blank \n", " \xe9\xff\x80 high", " \u20ac \u4e2d", " one\r\ntwo\r\n", " <!-- [flags:ABC] --> flagged",
    " <!-- [flags:] --> none", " <!-- [flags:A-B] --> dash", " <!-- [flags:XY", "  <!-- [flags:TWO] --> two blanks",
    " <!-- a comment --> x", " ]]> & < >", " &lt;&amp;", " " + "w" * 3000 + "\nend", " green again\nred line\n",
    " \x01\x1b[1m control", " Status message received from 127.9.9.9", " combo\n\nstatus gate.cpu red no combo\n",
    "\nStatus message received from 127.8.8.8\n", " x\nStatus message received from 127.7.7.7\nbehind\n",
    " x\nStatus message received from \n", " x\nStatus message received from somebody\n",
    " x\nStatus message received from 127.7.7.7 port 5\n", " x\n\nStatus message received from 127.6.6.6",
    " y\nstatus message received from 127.5.5.5\n", " z\n Status message received from 127.5.5.5\n",
    " %s %n {x} $HOME `id`",
)  # fmt: skip
DURATIONS = (
    "5", "1h", "2d", "1w", "90", "0", "-1", "-5", "1h30m", "abc", "5x", "", "+5", "00", "1.5", "-1h", "60\n",
    "10\t", "1m",
)  # fmt: skip
REASONS = ("", " ", " why", "\nwhy", " why\n", "  two", " a|b\\n\nnext\n", "\twhy", " \n", "\r\nx\r\n", " \xe9\xff")
FIELDS = [
    "hostname", "testname", "color", "flags", "lastchange", "logtime", "validtime", "acktime", "disabletime", "sender",
    "cookie", "ackmsg", "dismsg", "client", "clntstamp", "acklist", "flapinfo", "stats", "modifiers", "msg", "line1",
]  # fmt: skip
ITEMS = (
    "XMH_IP", "XMH_HOSTNAME", "XMH_NET", "XMH_CLASS", "XMH_OS", "XMH_DISPLAYNAME", "XMH_CLIENTALIAS", "XMH_COMMENT",
    "XMH_PAGEPATH", "XMH_PAGETITLE", "XMH_DGNAME", "XMH_FLAG_DIALUP", "XMH_FLAG_NOINFO", "XMH_NOCOLUMNS",
    "XMH_DOWNTIME",
    "XMH_DELAYRED", "XMH_NOFLAP", "XMH_TRENDS", "XMH_DOCURL", "XMH_SSLDAYS", "XMH_PULLDATA", "XMH_RAW", "XMH_nothing",
    "BBH_COMMENT", "xmh_ip", "ip", "XMH_PAGENAME", "XMH_GROUPID", "XMH_PAGEINDEX", "XMH_PAGEPATHTITLE",
)  # fmt: skip
HOST_CRITERIA = (
    "host=gate", "host=^gate$", "host=EXAMPLE", "host=[ap]", "host=.*", "host=planned|float", "host=x_y",
    "host=\\.net$",
    "host=(", "host=", "page=east", "page=^east$", "page=^$", "page=attic|west", "page=EAST", "net=inner", "net=.",
    "ip=127.0.1", "ip=^0", "XMH_CLASS=quiet", "XMH_COMMENT=all", "XMH_COMMENT=plain", "XMH_OS=LIN", "XMH_FLAG_DIALUP=.",
    "XMH_nothing=x", "XMH_DISPLAYNAME=The\\s", "BBH_CLASS=quiet", "tag=dialup", "tag=DOWN", "tag=^NO", "host=%gate",
    "host=!gate", "host=gate.example.net,planned", "page=east/attic", "host=gw1", "HOST=gate",
)  # fmt: skip
ROW_CRITERIA = (
    "test=cpu", "test=^c", "test=CPU", "test=info|trends|clientlog", "test=[", "test=", "test=\\d", "test=^.$",
    "color=red", "color=green,yellow", "color=RED", "color=blue,", "color=,", "color=clear,nonsense", "color=purple",
    "color=redish", "msg=ok", "msg=^status", "msg=green", "msg=^$", "msg=fine\\s*$", "msg=\\bno\\b", "msg=a\\|b",
    "ackmsg=.", "ackmsg=mine", "dismsg=why", "lastchange>0", "lastchange=0", "acktime>0",
    "acktime!=0", "disabletime>0", "disabletime=-1", "disabletime<0", "validtime>2000000000", "logtime>=1795219200",
    "logtime<=1795219200", "validtime=2147483647", "lastchange>=", "lastchange=>5", "logtime", "acktime==0", "stats=1",
    "lastchange<abc", "flags=A", "sender=127", "line1=ok", "cookie=1", "gate.cpu", "planned.mem",
    "gate,example,net.disk",
    "gw1.cpu", "stranger.cpu", "GATE.CPU", "float.example.net", "bareword", "=", "a=b=c", "fields=", "fields=color",
)  # fmt: skip
