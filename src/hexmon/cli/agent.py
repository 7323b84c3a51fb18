"""`hexmon agent`: report this machine to a monitor."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import ssl
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hexmon.agent.report import SPREAD, Reporter
from hexmon.agent.state import State
from hexmon.app.agent import (
    AgentFile,
    check_interval,
    check_section,
    open_agent,
    read_agent_file,
    state_folder,
)
from hexmon.app.logs import set_up_logging
from hexmon.app.spools import refuse_twins
from hexmon.cli.values import count, reason, trusting
from hexmon.clock import SystemClock
from hexmon.config.settings import parse_seconds
from hexmon.ingest.addresses import parse_address
from hexmon.model.names import check_host_name
from hexmon.model.origin import ConfigError

log = logging.getLogger(__name__)

EXAMPLE = """\
examples:
  hexmon agent --server 192.0.2.1            report every 5 minutes until stopped
  hexmon agent --server 192.0.2.1 --once     report once, for cron
  hexmon agent --print                       show what would be sent
  hexmon agent --config /etc/hexmon/agent.toml

What a server does not take waits in the folder --state and is sent later.

exit status: 0 done, 1 a report was not taken (with --once), or the folder is in use, 2 called wrongly
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb; what is not given comes from --config and the environment."""
    add = parser.add_argument
    add("--config", metavar="FILE", help="settings with the same names, in TOML")
    add("--server", action="append", metavar="HOST[:PORT]", help="a monitor, also tls:// or https:// (127.0.0.1:1984)")
    add("--host", help="this machine's name there (what it calls itself)")
    add("--class", dest="class_", metavar="CLASS", help="its class (its platform)")
    add("--repeat", metavar="TIME", help="how often (5m)")
    add("--once", action="store_true", help="report once and end")
    add("--print", action="store_true", help="print the report instead of sending it")
    add("--sections", metavar="A,B", help="only these, beside date, clientversion and clock")
    add("--state", metavar="DIR", help="where to remember what was sent and what waits")
    add("--ext", metavar="DIR", help="scripts to run with each report; those in DIR/local become sections")
    add("--script-timeout", metavar="TIME", help="how long one of them may run (60s)")
    add("--timeout", metavar="TIME", help="how long a server may take (15s)")
    add("--spool", type=count, metavar="MB", help="room for what waits for a server (64)")
    add("--ca", metavar="FILE", help="authorities (PEM) that a tls:// or https:// server must be from")
    add("--allow-commands", action="store_true", default=None, help="run the commands of client-local.cfg")
    add("--remote", action="store_true", default=None, help="measure file systems of other machines, too")
    add("--no-spread", dest="spread", action="store_false", default=None, help="begin at once")


def run(args: argparse.Namespace) -> int:
    """Send; 1 when a single report was not taken, 2 when called wrongly."""
    set_up_logging(verbose=False)
    try:
        settings = _settings(args)
        host = check_host_name(settings.host or socket.gethostname().lower())
        tls = trusting(settings.ca)
    except ConfigError as error:
        print(f"hexmon agent: {error}", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"hexmon agent: {reason(error)}", file=sys.stderr)
        return 2
    try:
        return _print(settings, host) if args.print else _report(settings, host, tls, once=args.once)
    except OSError as error:
        print(f"hexmon agent: {reason(error)}", file=sys.stderr)
        return 1


def _print(settings: AgentFile, host: str) -> int:
    """Looking changes nothing: an agent that never ran has no folder afterwards either."""
    with tempfile.TemporaryDirectory() as folder:
        there = state_folder(settings, host, os.environ)
        state = State(there if there.is_dir() else Path(folder))
        agent = open_agent(settings, host, state, SystemClock())
        sys.stdout.buffer.write(asyncio.run(agent.message(keep=False)))
    return 0


def _report(settings: AgentFile, host: str, tls: ssl.SSLContext | None, *, once: bool) -> int:
    state = State(state_folder(settings, host, os.environ))
    with state.alone():
        agent = open_agent(settings, host, state, SystemClock(), tls)
        if not once:
            servers = ", ".join(str(parse_address(text)) for text in settings.server)
            when = f"every {settings.repeat:g} seconds, first {'within a minute' if settings.spread else 'now'}"
            log.info("%s reports to %s %s; what waits is in %s", host, servers, when, state.folder)
            asyncio.run(_run(agent, settings))
            return 0
        logging.getLogger("hexmon.agent.courier").setLevel(logging.ERROR)  # its warnings are told below
        taken = asyncio.run(agent.report())
    if not taken:
        print("\n".join(f"hexmon agent: {trouble}" for trouble in agent.troubles), file=sys.stderr)
    return 0 if taken else 1


async def _run(agent: Reporter, settings: AgentFile) -> None:
    """Until somebody stops us; a report that is under way then waits on disk."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - we are in one
    with contextlib.suppress(NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await agent.run(settings.repeat, SPREAD if settings.spread else 0.0)


def _settings(args: argparse.Namespace) -> AgentFile:
    """Raises ValueError, ConfigError, OSError."""
    settings = read_agent_file(args.config, os.environ)
    given: dict[str, Any] = {
        name: value
        for name in ("host", "class_", "state", "ext", "spool", "ca", "allow_commands", "remote", "spread")
        if (value := getattr(args, name)) is not None
    }
    for name in ("repeat", "timeout", "script_timeout"):
        if (text := getattr(args, name)) is not None:
            given[name] = _positive(text, f"--{name.replace('_', '-')}")
    if args.repeat is not None:
        check_interval(given["repeat"])
    if args.server:
        given["server"] = tuple(args.server)
    if args.sections:
        given["sections"] = tuple(check_section(word) for word in args.sections.replace(",", " ").split())
    settings = replace(settings, **given)
    refuse_twins(settings.server)
    return settings


def _positive(text: str, option: str) -> float:
    try:
        seconds = parse_seconds(text)
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from None
    if seconds <= 0:
        raise ValueError(f"{option}: '{text}' is too often, or too short")
    return seconds
