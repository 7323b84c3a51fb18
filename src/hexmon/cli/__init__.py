"""The command line: one module per verb."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TextIO

from hexmon import __version__

# Verb -> its module in this package, imported only when used: `hexmon send` must start fast.
VERBS: dict[str, str] = {
    "serve": "serve",
    "check-config": "check_config",
    "hosts": "hosts",
    "alerts": "alerts",
    "clients": "clients",
    "sweep": "sweep",
    "site": "site",
    "import": "importing",
    "probe": "probe",
    "board": "board",
    "ghosts": "ghosts",
    "send": "send",
    "notify": "notify",
    "ack-mail": "ack_mail",
    "agent": "agent",
    "agent-token": "agent_token",
    "relay": "relay",
}

SUMMARIES: dict[str, str] = {
    "serve": "run the monitor",
    "check-config": "read every configuration file and print all mistakes",
    "hosts": "print what was understood of hosts.cfg",
    "alerts": "say who would be told of an alert, and why",
    "clients": "print the settings of analysis.cfg, judge an agent's message by them",
    "sweep": "make one round of all checks",
    "site": "make one pass over YAML sites, as APMonitor does",
    "import": "take over what APMonitor knows: a site, its state, its RRD files",
    "probe": "make one check now and show every phase",
    "board": "query the board of a running monitor",
    "ghosts": "list who reports to a running monitor and is not in hosts.cfg",
    "send": "send a message to a monitor and print its answer",
    "notify": "send a test message through a channel, or print the channels",
    "ack-mail": "acknowledge an alert by the mail that answers it",
    "agent": "report this machine to a monitor",
    "agent-token": "give agents tokens to report with, list and revoke them",
    "relay": "hand messages on to monitors, or keep them until one fetches them",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; 0 done, 1 it found something wrong, 2 it was called wrongly."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    verb = arguments[0] if arguments else ""
    if verb not in VERBS:
        return _without_verb(verb)
    module = import_module(f"hexmon.cli.{VERBS[verb]}")
    parser = argparse.ArgumentParser(
        prog=f"hexmon {verb}",
        description=SUMMARIES[verb],
        epilog=module.EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    if argv is None:
        sys.stdout = whole(sys.stdout)
    try:
        status = int(module.run(parser.parse_args(arguments[1:])))
        sys.stdout.flush()  # here, where a full disk can still be told in one line
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        # Each verb tells its own failures; what is left is standard output that cannot be written.
        if not isinstance(error, BrokenPipeError):
            name = f"{error.filename}: " if error.filename else ""
            print(f"hexmon {verb}: {name}{error.strerror or error}", file=sys.stderr)
        if argv is None:
            _write_no_more()
        return 1
    return status


def whole(stream: TextIO) -> TextIO:
    """A stream that writes everything.

    With PYTHONUNBUFFERED standard output is a bare descriptor: a pipe takes what fits, and the rest would be lost.
    """
    bare = getattr(stream, "buffer", None)
    if not isinstance(bare, io.RawIOBase):
        return stream
    return io.TextIOWrapper(io.BufferedWriter(bare), encoding=stream.encoding, line_buffering=True)


def _write_no_more() -> None:
    """What is left in buffers must not fail once more when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _without_verb(verb: str) -> int:
    if verb in {"--version", "-V"}:
        print(f"hexmon {__version__}")
        return 0
    lines = ["usage: hexmon VERB [options]", ""]
    lines += [f"  {name:13} {summary}" for name, summary in SUMMARIES.items()]
    lines += ["", "hexmon VERB --help says more about each."]
    text = "\n".join(lines)
    if verb in {"--help", "-h", "help"}:
        print(text)
        return 0
    if verb:
        close = get_close_matches(verb, VERBS, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        print(f"hexmon: there is no verb '{verb}'{hint}", file=sys.stderr)
    print(text, file=sys.stderr)
    return 2
