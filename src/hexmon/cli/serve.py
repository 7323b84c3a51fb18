"""`hexmon serve`: run the monitor."""

import argparse
import sys

import uvloop

from hexmon.app.logs import set_up_logging
from hexmon.app.serve import serve
from hexmon.app.settings import read_configuration
from hexmon.cli.values import reason
from hexmon.model.origin import ConfigError
from hexmon.storage.engine import StorageError

EXAMPLE = """\
examples:
  hexmon serve                           watch this machine; pages on http://127.0.0.1:8000/
  hexmon serve --config /etc/hexmon/hexmon.toml
"""

# Python's usual 5 ms is what every system call of the event loop may have to wait for while a thread reads hosts.cfg.
_SWITCH_SECONDS = 0.0005


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--config", metavar="FILE", help="hexmon.toml; ./hexmon.toml when there is one")
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")
    parser.add_argument("--quiet", action="store_true", help="leave out the words of welcome")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    set_up_logging(args.verbose)
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        configuration = read_configuration(args.config)
        uvloop.run(serve(configuration, quiet=args.quiet))
    except (ConfigError, StorageError, OSError) as error:
        print(f"hexmon serve: {reason(error) if isinstance(error, OSError) else error}", file=sys.stderr)
        return 1
    return 0
