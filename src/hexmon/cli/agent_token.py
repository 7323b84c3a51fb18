"""`hexmon agent-token`: tokens by which agents name themselves when they report over HTTP."""

import argparse
import json
import sys
from pathlib import Path

from hexmon.app.settings import read_configuration
from hexmon.cli.values import reason
from hexmon.ingest.tokens import add_token, read_tokens, revoke_token
from hexmon.model.origin import ConfigError

EXAMPLE = """\
examples:
  hexmon agent-token add web1 --hosts 'web*,%^db\\d'    a new token, printed this once; for these hosts only
  hexmon agent-token list
  hexmon agent-token revoke web1

An agent shows it as `Authorization: Bearer TOKEN`, or as the password of the user NAME. The file is [agents] tokens of
hexmon.toml; a running monitor follows it within seconds. --hosts are names, globs, or % and a regular expression (that
one last); {user} is NAME. Without --hosts the table [agents.hosts] decides.

exit status: 0 done, 1 it could not be done, 2 called wrongly"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("what", choices=("add", "list", "revoke"))
    parser.add_argument("name", nargs="?", help="of the agent")
    parser.add_argument("--hosts", default="", metavar="PATTERNS", help="that it may report for (add)")
    parser.add_argument("--config", metavar="FILE", help="hexmon.toml; ./hexmon.toml when there is one")
    parser.add_argument("--file", type=Path, metavar="FILE", help="the file of tokens, instead of [agents] tokens")
    parser.add_argument("--json", action="store_true", help="print JSON (list)")


def run(args: argparse.Namespace) -> int:
    """Change or print the file; see EXAMPLE for the exit status."""
    if bool(args.name) == (args.what == "list"):
        wanted = "no name" if args.what == "list" else "a name"
        print(f"hexmon agent-token: {args.what} takes {wanted}", file=sys.stderr)
        return 2
    try:
        path = args.file or _configured(args.config)
        return _done(args, path)
    except (ConfigError, OSError, ValueError) as error:
        text = error if isinstance(error, ConfigError) else reason(error)
        print(f"hexmon agent-token: {text}", file=sys.stderr)
        return 1


def _configured(config: str | None) -> Path:
    configuration = read_configuration(config)
    name = configuration.settings.agents.tokens
    if not name:
        raise ValueError('no file: set [agents] tokens = "agent-tokens" in hexmon.toml, or name one with --file')
    return configuration.locate(name)


def _done(args: argparse.Namespace, path: Path) -> int:
    if args.what == "add":
        print(add_token(path, args.name, args.hosts))
        return 0
    if args.what == "revoke":
        revoke_token(path, args.name)
        return 0
    tokens, problems = read_tokens(path.read_text(encoding="utf-8"), str(path))
    if args.json:
        print(json.dumps([{"name": token.name, "hosts": token.hosts} for token in tokens], indent=2))
    else:
        for token in tokens:
            print(f"{token.name:20} {token.hosts or '(as [agents.hosts] has it)'}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0
