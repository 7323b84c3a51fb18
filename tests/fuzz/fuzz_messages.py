"""Mutated messages into the parser: python -m tests.fuzz.fuzz_messages --count 1000000 [--seed 7]."""

import argparse
import random
from collections.abc import Iterator, Sequence

from hexmon.ingest.messages import AnyCommand
from hexmon.ingest.protocol import parse

SEEDS: tuple[bytes, ...] = (
    b"status www,foo,com.http green Fri Nov 20 08:00:00 2026 OK\n&green http://www.foo.com/ - OK\n",
    b"status+2h/group:dba,web www,foo,com.disk red <!-- [flags:OrdAstLe] --> bad|pipe\n&red /var 99%\tfull\n",
    b"status a.b yellow x\nStatus message received from 192.0.2.7\n",
    b"summary summary.Vegas.All red http://vegas/ Text",
    b"combo\nstatus a.b green one\n\nstatus a.c yellow two\n",
    b"extcombo 23 39 49      \nstatus a.b green data a.c x",
    b"data www,foo,com.trends\n[x.rrd]\nDS:a:GAUGE:600:U:U 1\n",
    b"client/extra www,foo,com.linux linux\n[date]\nFri Nov 20\n[proxy]\nClientIP:192.0.2.9\n[df]\n",
    b"modify a.b red SRC1 because of test\n\nmodify a.c green SRC2 other",
    b"meta a.b name\nvalue",
    b"disable www,foo,com.* -1 until ok\n",
    b"enable www,foo,com.http",
    b"xymondack -3677 1h30m looking into it\nAcked by: me",
    b"ackinfo www,foo,com.disk\n1\n600\njoe\nmulti level\n",
    b"drop www.foo.com alias",
    b"rename www.foo.com http http2",
    b"schedule 2000000000 disable www.foo.com.http 60 later",
    b"schedule cancel 1",
    b"notify www,foo,com.http text",
    b"notes abc\ntext",
    b"usermsg x y",
    b"config hosts.cfg",
    b"download f.txt",
    b"query www,foo,com.http",
    b"xymondlog www.foo.com.disk fields=hostname,line1",
    b"xymondboard host=^www test=^disk$ color=red fields=hostname,acklist,XMH_IP lastchange>=1700000000",
    b"hostinfo clone=www.foo.com",
    b"clientlog www.foo.com section=df,uptime",
    b"hostdatasave www.foo.com 30",
    b"ping",
    b"senderstats",
    b"flush filecache",
)
_PIECES = (
    b" ",
    b".",
    b",",
    b"\n",
    b"\0",
    b"\n\nstatus",
    b"*",
    b"/group:",
    b"+",
    b"\t",
    b"9" * 30,
    b"-1",
    b"\xff",
    b"|",
)


def mutated(count: int, seed: int, seeds: Sequence[bytes] = SEEDS) -> Iterator[bytes]:
    """That many messages, each some steps away from a good one; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(count):
        message = bytearray(dice.choice(seeds))
        for _ in range(dice.choice((0, 1, 1, 1, 2, 3, 6))):
            _mutate(message, dice, seeds)
        yield bytes(message)


def _mutate(message: bytearray, dice: random.Random, seeds: Sequence[bytes]) -> None:
    where = dice.randrange(len(message) + 1)
    what = dice.randrange(8)
    if what == 0:
        message[where:where] = dice.choice(_PIECES)
    elif what == 1:
        del message[where : where + dice.randint(1, 8)]
    elif what == 2:
        message[where : where + 1] = bytes((dice.randrange(256),))
    elif what == 3:
        other = dice.choice(seeds)
        message[where:] = other[dice.randrange(len(other)) :]
    elif what == 4:
        del message[where:]
    elif what == 5 and where < len(message):
        message[where] ^= 1 << dice.randrange(8)
    elif what == 6:
        message[where:where] = dice.choice(_PIECES) * dice.choice((2, 50, 3000))
    else:
        message[where:where] = message[dice.randrange(len(message) + 1) :][:50]


def main() -> None:
    """Stop with an exception at the first message that the parser cannot bear."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    for message in mutated(chosen.count, chosen.seed):
        command = parse(message, "192.0.2.1")
        if not isinstance(command, AnyCommand):
            raise TypeError(f"{message!r} gave {command!r}")
    print(f"{chosen.count} messages, no exception")  # noqa: T201


if __name__ == "__main__":
    main()
