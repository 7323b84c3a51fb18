"""What agents of many systems send: sections as the commands of these systems print them."""

LINUX = """\
[uptime]
 08:00:01 up 12 days,  3:21,  2 users,  load average: 0.52, 0.48, 0.44
[who]
root     pts/0        2026-11-20 07:12 (192.0.2.7)
anna     pts/1        2026-11-20 07:44 (192.0.2.9)
[df]
Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/sda2         30832548 27933108   1309868      96% /
/dev/sda3         51343840 46209456   2502560      91% /var
/dev/sdb1        103081248 51000000  46821984      53% /srv/my data
[inode]
Filesystem      Inodes  IUsed   IFree IUse% Mounted on
/dev/sda2      1966080 140211 1825869    8% /
/dev/sda3      3276800 2457600 819200   75% /var
[free]
               total        used        free      shared  buff/cache   available
Mem:         8029332     2314472     1022364      164296     4692496     5245784
Swap:        2097148     1310720      786428
[netstat]
Ip:
    10 total packets received
[ifstat]
eth0      Link encap:Ethernet
[mdstat]
Personalities : [raid1]
md0 : active raid1 sdb2[1] sda2[0]
      30929856 blocks super 1.2 [2/2] [UU]

md1 : active raid1 sda3[0]
      51376128 blocks super 1.2 [2/1] [U_]

unused devices: <none>
[ps]
    PID    PPID USER     STARTED S PRI %CPU     TIME %MEM   RSZ    VSZ CMD
      1       0 root      Nov 08 S  19  0.0 00:00:09  0.1 11234 166180 /sbin/init
    411       1 root      Nov 08 S  19  0.0 00:00:02  0.1  5234  15420 /usr/sbin/cron -f
[top]
top - 08:00:02 up 12 days,  3:21,  2 users,  load average: 0.52, 0.48, 0.44
Tasks: 2 total
[clock]
epoch: 1795161590.250000
local: 2026-11-20 07:59:50 UTC
UTC: 2026-11-20 07:59:50 GMT
[vmstat]
procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----
 r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st
 1  0      0 1022364 200000 4492496    0    0     1     9   40   70  1  1 98  0  0
 0  0      0 1020000 200000 4492496    0    0     0    12   41   72  2  1 97  0  0
"""

OLD_LINUX = """\
[uptime]
  8:00am  up 102 days,  9:15,  1 user,  load average: 6.10, 6.00, 5.80
[df]
Filesystem         1024-blocks      Used Available Capacity Mounted on
/dev/hda1              7850996   1800000   5651000      25% /
[free]
             total       used       free     shared    buffers     cached
Mem:       1030784     982344      48440          0     102400     512000
-/+ buffers/cache:     367944     662840
Swap:      1052248     105224     947024
"""

FREEBSD = """\
[uptime]
 8:00AM  up 3 days, 12 mins, 1 user, load averages: 0.31, 0.25, 0.20
[df]
Filesystem     Size    Used   Avail Capacity  Mounted on
/dev/ada0p2     20G     18G    361M    98%    /
tank            90G     10G     80G    11%    /tank
[inode]
Filesystem               itotal      iused      ifree     %iused Mounted on
/dev/ada0p2             2604030     300000    2304030        12% /
[meminfo]
Total:8134
Free:512
[swapinfo]
Device          1K-blocks     Used    Avail Capacity
/dev/ada0p3       2097152   524288  1572864    25%
/dev/ada1p3       2097152        0  2097152     0%
[vmtotal]

System wide totals computed every five seconds: (values in kilobytes)
===============================================
Processes:		(RUNQ: 1 Disk Wait: 0 Page Wait: 0 Sleep: 40)
Virtual Memory:		(Total: 537920K Active: 70000K)
Real Memory:		(Total: 90000K Active: 60000K)
Free Memory:	1048576K
[netstat]
tcp:
	100 packets sent
[ifstat]
Name    Mtu Network       Address              Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll
em0    1500 192.0.2.0     192.0.2.10            1000     -     100000      900     -      90000     -
[vmstat]
 procs      memory      page                    disks     faults         cpu
 r b w     avm    fre   flt  re  pi  po    fr  sr ad0 ad1   in   sy   cs us sy id
 0 0 0  500000 100000    10   0   0   0    12   0   0   0   50  300  200  1  1 98
"""

NETBSD = """\
[uptime]
 8:00AM  up 45 days,  1:02, 1 user, load averages: 0.02, 0.05, 0.00
[df]
Filesystem    512-blocks       Used      Avail Capacity  Mounted on
/dev/wd0a       40000000   37000000    1000000      97%  /
[inode]
Filesystem itotal iused ifree %iused Mounted on
/dev/wd0a 1000000 950000 50000 95% /
[meminfo]
Total:1023
Free:100
Swaptotal:512
Swapused:300
"""

OPENBSD = """\
[uptime]
 8:00AM  up  2:13, 1 user, load averages: 0.02, 0.05, 0.00
[df]
Filesystem  1K-blocks      Used     Avail Capacity  Mounted on
/dev/sd0a     1005660    950000      5377    99%    /
[inode]
Filesystem               itotal      iused      ifree     %iused Mounted on
/dev/sd0a                155902     100000      55902        64% /
[meminfo]
Total:2047
Free:800
Swaptotal:1024
Swapused:900
[vmstat]
 procs    memory       page                    disks    traps          cpu
 r   s   avm     fre  flt  re  pi  po  fr  sr sd0  int   sys   cs us sy id
 1  40   50M    800M   12   0   0   0   0   0   0   20   100   50  0  0 100
"""

DARWIN = """\
[uptime]
 8:00  up 1 day, 22:41, 3 users, load averages: 2.05 11.73 1.61
[df]
Filesystem    Size  Used  Avail  Capacity  Mounted on
/dev/disk1s1  500G  460G   40G    92%      /
/dev/disk2    1.0T  100G  900G    10%      /Volumes/Time Machine
[inode]
Filesystem               itotal      iused      ifree     %iused Mounted on
/dev/disk1s1         4882452880    1200000 4881252880         0% /
[meminfo]
Mach Virtual Memory Statistics: (page size of 4096 bytes)
Pages free:                               52428.
Pages active:                           1048576.
Pages inactive:                          524288.
Pages speculative:                        10000.
Pages wired down:                        524288.
[netstat]
tcp:
	100 packets sent
[vmstat]
not
known here
"""

SOLARIS = """\
[uptime]
  8:00am  up 21 day(s), 20:58,  1 user,  load average: 0.02, 0.10, 0.12
[df]
Filesystem            kbytes    used   avail capacity  Mounted on
/dev/dsk/c0t0d0s0    20174761 18359985 1613029    92%    /
/dev/dsk/c0t0d0s5    10087157  102400 9883886     2%    /export/home
[inode]
Filesystem               itotal      iused      ifree     %iused Mounted on
/dev/dsk/c0t0d0s0       2445760    1956608     489152        80% /
[prtconf]
System Configuration:  Sun Microsystems  sun4u
Memory size: 4096 Megabytes
System Peripherals (Software Nodes):
[memory]
 0 0 0 5120000 1048576 10 50 0 0 0 0 0 1 0 0 0 400 900 300 1 1 98
[swap]
total: 200000k bytes allocated + 50000k reserved = 250000k used, 4000000k available
[swaplist]
swapfile             dev  swaplo blocks   free
/dev/dsk/c0t0d0s1   32,1      16 4194288 1048576
[iostatdisk]
                 extended device statistics
device    r/s    w/s   kr/s   kw/s wait actv  svc_t  %w  %b
sd0       0.1    0.2    1.0    2.0  0.0  0.0    5.0   0   1
[vmstat]
 kthr      memory            page            disk          faults      cpu
 r b w   swap  free  re  mf pi po fr de sr s0 s1 s2 s3   in   sy   cs us sy id
 0 0 0 5120000 1048576 10 50 0 0 0 0 0 1 0 0 0 400 900 300 1 1 98
"""

OLD_SOLARIS = """\
[uptime]
  8:00am  up 9 min(s),  1 user,  load average: 0.02, 0.10, 0.12
[df]
Filesystem            kbytes    used   avail capacity  Mounted on
/dev/dsk/c0t0d0s0    20174761 18359985 1613029    92%    /
[inode]
[prtconf]
System Configuration:  Sun Microsystems  sun4u
Memory size: 1024 Megabytes
[memory]
 0 0 0 512000 104857 10 50 0 0 0 0 0 1 0 0 0 400 900 300 1 1 98
[swap]
total: 200000k bytes allocated + 50000k reserved = 850000k used, 100000k available
"""

AIX = """\
[uptime]
  08:00AM   up 154 days,   4:16,  2 users,  load average: 1.25, 1.50, 1.75
[df]
Filesystem    1024-blocks      Used      Free %Used Mounted on
/dev/hd4           524288    510000     14288   98% /
/dev/hd2          4194304   3800000    394304   91% /usr
/proc                   -         -         -    -  /proc
[inode]
Filesystem               itotal      iused      avail     %iused Mounted on
/dev/hd4                 131072     104857      26215        80% /
[realmem]
realmem 8388608 Amount of usable physical memory in Kbytes False
[freemem]
 2  0 1572864 262144   0   0   0   0    0   0  10  300  200  5  1 94  0
[swap]
Total Paging Space   Percent Used
      4096MB              55%
"""

HPUX = """\
[uptime]
  8:00am  up 33 days, 18:20,  3 users,  load average: 0.55, 0.60, 0.65
[df]
Filesystem          1024-blocks  Used  Available Capacity Mounted on
/dev/vg00/lvol3     1048576    950000     98576    91%   /
/dev/vg00/lvol7     8388608   8300000     88608    99%   /var
[inode]
Filesystem                              itotal      ifree      iused     iused% Mounted on
/dev/vg00/lvol3                          100000       5000      95000        95% /
[memory]
Total:4096
Free:400
[swapinfo]
             Mb      Mb      Mb   PCT  START/      Mb
TYPE      AVAIL    USED    FREE  USED   LIMIT RESERVE  PRI  NAME
dev        4096     100    3996    2%       0       -    1  /dev/vg00/lvol2
reserve       -    1500   -1500
memory     3000    2500     500   83%
total      7096    4100    2996   58%       -       0    -
"""

IRIX = """\
[uptime]
  8:00am  up 10 days, 13:04,  1 user,  load average: 0.00, 0.00, 0.00
[df]
Filesystem             1024-blocks     Used Available Capacity Mounted on
/dev/root                 17568800 16900000    668800      97% /
[top]
IRIX64 host 6.5 IP27          load averages: 0.01 0.00 0.00              08:00:00
60 processes:  59 sleeping, 1 running
8 CPUs: 99.4% idle,  0.1% usr,  0.4% ker,  0.0% wait,  0.0% xbrk,  0.1% intr
Memory: 2048M max, 1900M avail, 100M free, 4096M swap, 1024M free swap
"""

OSF = """\
[uptime]
08:00  up 74 days, 14:10,  1 user,  load average: 0.00, 0.03, 0.05
[df]
Filesystem     512-blocks        Used   Available Capacity  Mounted on
root_domain#root    524288      498000       26288    95%    /
[memory]

Total Physical Memory =  5120.00 M
                      =   655360 pages

Physical Memory Clusters:

Managed Pages Break Down:

       free pages = 65536
     active pages = 300000
[swap]
Swap partition /dev/disk/dsk0b (default swap):
    Allocated space:       262144 pages (2048MB)
    In-use space:          131072 pages ( 50%)
    Free space:            131072 pages ( 50%)

Total swap allocation:
    Allocated space:       524288 pages (4096MB)
    In-use space:          393216 pages ( 75%)
    Available space:       131072 pages ( 25%)
"""

SCO = """\
[uptime]
 08:00:00 up 5 days, 11:35,  2 users,  load average: 0.10, 0.05, 0.01
[df]
Filesystem               kbytes      Used Available Capacity Mounted on
/dev/root               4000000   3640000    360000      91% /
[memsize]
536870912
[freemem]
08:00:01    13107 1500000 0 0
[swap]
path               dev  swaplo blocks   free
/dev/swap          1,41      0 1048576 262144
"""

BBWIN = """\
[uptime]
sec: 1036800
12 days 0 hours 0 minutes 0 seconds
[clock]
epoch: 1795161500
local: 2026-11-20 07:58:20 W. Europe Standard Time
UTC: 2026-11-20 07:58:20
[cpu]
up: 12 days, 1 users, 57 procs, load=7%

CPU states:
	total	7%
	cpu0	7%

CPU    PID   Image Name
0.2%   1234  svchost.exe
[memory]
memory    Total    Used
physical: 4095 3000
virtual: 8191 7500
page: 6143 3500
[disk]
Filesystem     1K-blocks     Used    Avail Capacity    Mounted      Summary(Total\\Avail Gb)
C               52428796  49807356  2621440    95%      /FIXED/C     50.00\\2.50
D              104857596  10485760 94371836    10%      /FIXED/D     100.00\\90.00
[who]
administrator console active
[netstat]
win32
tcpActiveOpens=100
[ifstat]
198.51.100.3 1000 2000
"""

POWERSHELL = BBWIN.replace("epoch: 1795161500", "epoch: 1795161590.5").replace("load=7%", "load=3%")

MACHINES = {
    "linux": LINUX,
    "redhatES": OLD_LINUX,
    "freebsd": FREEBSD,
    "netbsd": NETBSD,
    "openbsd": OPENBSD,
    "darwin": DARWIN,
    "sunos": SOLARIS,
    "solaris": OLD_SOLARIS,
    "aix": AIX,
    "hp-ux": HPUX,
    "irix64": IRIX,
    "osf1": OSF,
    "sco_sv": SCO,
    "bbwin": BBWIN,
    "powershell": POWERSHELL,
}
