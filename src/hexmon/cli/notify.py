"""hexmon notify: what can be sent through, and one message through it now."""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import msgspec

from hexmon.alerts.notify import NOTIFIERS
from hexmon.alerts.notify.contract import Channel, Outcome, Sent, attempt
from hexmon.app.alerting import notify_engines, notify_tools
from hexmon.app.own import own_name
from hexmon.app.settings import Configuration, channels_of, read_configuration
from hexmon.cli.values import reason
from hexmon.clock import SystemClock
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Kind, Message, Way, incident_id
from hexmon.model.names import StatusKey
from hexmon.model.origin import ConfigError

EXAMPLE = """examples:
  hexmon notify list                                   the channels of hexmon.toml
  hexmon notify test ops                               a test message through the channel "ops"
  hexmon notify test ops --kind recovery               the end of it, which closes what the first one opened
  hexmon notify test mail --address me@example.com     to an address, as a rule would name it
  hexmon notify test script --program /usr/local/bin/page --address 5551234

No server needs to run. exit status: 0 sent, 1 not sent, 2 called wrongly"""

_TEST = "notify-test"
_METHODS = {"mail": "MAIL", "script": "SCRIPT"}
_KINDS = {"alert": (Kind.TEST, Color.RED), "recovery": (Kind.RECOVERY, Color.RED)}
_TEXTS = {
    "alert": "red This is a TEST of the channel '{channel}'. Nothing is wrong.\nhexmon notify test sent it.\n",
    "recovery": "green This is the end of a TEST of the channel '{channel}'. Nothing was wrong.\n",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("test", "list"), help="send one message, or print the channels")
    parser.add_argument("channel", nargs="?", metavar="CHANNEL", help="the channel to test")
    parser.add_argument("--config", metavar="FILE", help="default: hexmon.toml in this folder, when there is one")
    parser.add_argument("--address", default="", metavar="ADDRESS", help="the recipient, as a rule names it")
    parser.add_argument("--program", default="", metavar="FILE", help="the program, for a channel of type script")
    parser.add_argument("--kind", choices=tuple(_KINDS), default="alert", help="default: alert")
    parser.add_argument("--json", action="store_true", help="print what happened as JSON")


def run(args: argparse.Namespace) -> int:
    """See EXAMPLE for the exit status."""
    try:
        configuration = read_configuration(args.config)
        channels = channels_of(configuration)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"hexmon notify: {reason(error)}", file=sys.stderr)
        return 2
    if args.what == "list":
        return _list(channels.values(), args.json)
    channel = channels.get(args.channel or "")
    if channel is None:
        print(f"hexmon notify: {_no_such(args.channel, channels)}", file=sys.stderr)
        return 2
    return _test(channel, configuration, args)


def _no_such(name: str | None, channels: Iterable[str]) -> str:
    known = ", ".join(sorted(channels)) or "none; write a table [channels.NAME] into hexmon.toml"
    if name is None:
        return f"which channel? There are {known}"
    close = get_close_matches(name, channels, 1)
    return f"there is no channel '{name}'; " + (f"did you mean {close[0]}?" if close else f"there are {known}")


def _list(channels: Iterable[Channel], as_json: bool) -> int:
    rows = [_row(channel) for channel in sorted(channels, key=lambda one: one.name)]
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return 0
    for row in rows:
        rate = f"at most {row['rate']} in {row['per']:g} s" if row["rate"] else "no limit"
        print(f"{row['name']:20} {row['type']:20} {rate}; {row['attempts']} attempts of {row['timeout']:g} s")
    return 0


def _row(channel: Channel) -> dict[str, Any]:
    """All but the options, which hold secrets."""
    names = ("name", "type", "rate", "per", "attempts", "timeout", "group_from")
    return {name: getattr(channel, name) for name in names}


def _test(channel: Channel, configuration: Configuration, args: argparse.Namespace) -> int:
    sent, took = asyncio.run(_send(channel, configuration, args))
    if args.json:
        found = {"channel": channel.name, "type": channel.type, **msgspec.to_builtins(sent), "seconds": took}
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        detail = f": {sent.detail}" if sent.detail else ""
        wait = f" (it asks to wait {sent.retry_after:g} s)" if sent.retry_after else ""
        print(f"{channel.name} ({channel.type}): {_WORDS[sent.outcome]} after {took * 1000:.0f} ms{detail}{wait}")
    return 0 if sent.outcome is Outcome.SENT else 1


_WORDS = {
    Outcome.SENT: "sent",
    Outcome.LATER: "not sent, trying again later may help,",
    Outcome.REFUSED: "refused, trying again will not help,",
}


async def _send(channel: Channel, configuration: Configuration, args: argparse.Namespace) -> tuple[Sent, float]:
    clock = SystemClock()
    async with notify_engines() as engines:
        tools = notify_tools(configuration, clock, engines)
        delivery = _delivery(channel, own_name(configuration), clock.now(), args)
        begun = clock.monotonic()
        sent = await attempt(delivery, channel, NOTIFIERS[channel.type], tools)
        return sent, clock.monotonic() - begun


def _delivery(channel: Channel, host: str, now: float, args: argparse.Namespace) -> Delivery:
    key = StatusKey(host, _TEST)
    kind, color = _KINDS[args.kind]
    message = Message(
        kind=kind,
        key=key,
        color=color,
        worst=color,
        at=now,
        started=now - 60.0,
        text=_TEXTS[args.kind].format(channel=channel.name).encode(),
        incident=incident_id(key, 0.0),  # always the same, so that the recovery ends what the alert began
        note="hexmon notify test",
    )
    way = Way(
        method=_METHODS.get(channel.type, "CHANNEL"), channel=channel.name, address=args.address, program=args.program
    )
    return Delivery(number=0, way=way, message=message, created=now)
