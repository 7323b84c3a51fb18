"""hexmon site: one pass over YAML sites, with the options of APMonitor."""

import argparse
import asyncio
import logging
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import uvloop

from hexmon.app.site_run import Job, run_sites, test_sites
from hexmon.app.state_files import STATE_FOLDER, StateFiles, files_of, open_folder
from hexmon.cli.sweep import allow_open_files, open_files
from hexmon.cli.values import count
from hexmon.clock import SystemClock
from hexmon.inventory.sites.build import link, site_inventory
from hexmon.inventory.sites.read import SiteFile, read_site_file
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.model.site import Site

EXAMPLE = """examples:
  hexmon site --test-config lab.yaml                 what is understood of it, and every mistake
  hexmon site -v lab.yaml                            check what is due, tell whoever wants to know
  hexmon site lab.yaml plant.yaml --generate-mrtg-config
  while true; do hexmon site lab.yaml; sleep 10; done

hexmon serve does the same all the time, to the second, with pages and history.

exit status: 0 done, 1 a file could not be used or something went wrong, 2 called wrongly"""

_WORK = "/var/www/html/mrtg"
_SPARE_FILES = 200  # for everything that is no check
_MOST_PLACES = 1000
_TERMINATED = 143
_SUFFIXES = (".yaml", ".yml", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a site: .yaml, .yml or .json")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say what is decided; twice: also figures")
    parser.add_argument(
        "-t", "--threads", type=count, metavar="N", help="checks of one site at once (default: max_threads, or enough)"
    )
    parser.add_argument("-s", "--statefile", type=Path, metavar="PATH", help="of a single site; default in --state-dir")
    parser.add_argument(
        "--state-dir", type=Path, metavar="DIR", help=f"where state files are (default: {STATE_FOLDER})"
    )
    parser.add_argument("--test-config", action="store_true", help="print what is understood, check nothing")
    parser.add_argument("--test-webhooks", action="store_true", help="send a test message to every webhook")
    parser.add_argument("--test-emails", action="store_true", help="send a test message to every address")
    parser.add_argument("--generate-rrds", action="store_true", help="keep figures in RRD files beside the state file")
    parser.add_argument(
        "--generate-mrtg-config",
        nargs="?",
        const=_WORK,
        metavar="WORKDIR",
        help=f"also write MRTG's configuration and pages (default: {_WORK}); implies --generate-rrds",
    )


def run(args: argparse.Namespace) -> int:
    """See EXAMPLE for the exit status."""
    if wrong := _wrong_usage(args):
        print(f"hexmon site: {wrong}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    files, good = _read(args.files)
    if args.test_config:
        print("\n\n".join(_described(file.site) for file in files))
        return 0 if good else 1
    try:
        return 0 if all([good, *_done(files, args)]) else 1
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    except asyncio.CancelledError:  # by SIGTERM; what was seen is kept
        return _TERMINATED


def _done(files: Sequence[SiteFile], args: argparse.Namespace) -> list[bool]:
    """Whether each part of what is to be done went well."""
    clock = SystemClock()
    if args.test_webhooks or args.test_emails:
        what = [word for word, wanted in (("webhooks", args.test_webhooks), ("emails", args.test_emails)) if wanted]
        sites = [file.site for file in files]
        return [ended for one in what for ended in uvloop.run(test_sites(sites, one, clock, _write, args.verbose))]
    jobs = _jobs(files, args)
    return uvloop.run(run_sites(jobs, clock, _write, args.verbose)) if jobs else []


def _wrong_usage(args: argparse.Namespace) -> str:
    if args.statefile is not None and len(args.files) > 1:
        return "-s is for a single site; several have theirs in --state-dir DIR"
    if args.statefile is not None and args.state_dir is not None:
        return "give -s or --state-dir, not both"
    stems = Counter(file.stem for file in args.files)
    twice = [stem for stem, times in stems.items() if times > 1]
    if twice:
        return f"{len(args.files)} files cannot share the state file {twice[0]}.statefile.json: rename one of them"
    return ""


def _read(paths: Sequence[Path]) -> tuple[tuple[SiteFile, ...], bool]:
    """The sites that can be used, and whether all can. Mistakes are told."""
    found: list[SiteFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            if path.suffix.lower() not in _SUFFIXES:
                hint = f"it must end in {', '.join(_SUFFIXES)}"
                raise ConfigError((Problem(Origin(str(path)), "this is no file of a site", hint),))  # noqa: TRY301
            found.append(read_site_file(path))
            problems += found[-1].problems
        except ConfigError as error:
            problems += error.problems
    linked, between = link(found)
    problems += between
    for problem in problems:
        print(problem, file=sys.stderr)
    return linked, len(linked) == len(paths) and not any(problem.fatal for problem in problems)


def _described(site: Site) -> str:
    """The site and its monitors, as --test-config shows them."""
    told = f"  {len(site.outage_emails)} address(es), {len(site.outage_webhooks)} webhook(s)"
    parts = [
        f"Site: {site.name} ({site.source})",
        told if site.alarms else f"{told}; alarms are off",
        f"  {len(site.monitors)} monitor(s):",
    ]
    width = max((len(monitor.name) for monitor in site.monitors), default=0)
    for monitor in site.monitors:
        hidden = "" if monitor.display else "  [hidden]"
        parts.append(f"  {monitor.type:5}  {monitor.name:{width}}  {monitor.address}{hidden}")
    return "\n".join(parts)


def _jobs(files: Sequence[SiteFile], args: argparse.Namespace) -> list[Job]:
    """What is to be done with each site. Raises ConfigError when their state cannot be kept."""
    folder = _state_folder(files, args)
    allow_open_files()
    enough = max(1, min(_MOST_PLACES, open_files() - _SPARE_FILES))
    mrtg = None if args.generate_mrtg_config is None else Path(args.generate_mrtg_config).absolute()
    return [
        Job(
            site=file.site,
            hosts=site_inventory(file).hosts,
            files=StateFiles(args.statefile.absolute()) if args.statefile else files_of(Path(file.site.source), folder),
            places=args.threads or file.site.max_threads or enough,
            rrds=args.generate_rrds or mrtg is not None,
            mrtg=mrtg,
        )
        for file in files
    ]


def _state_folder(files: Sequence[SiteFile], args: argparse.Namespace) -> Path:
    if args.statefile is not None:
        return Path()
    if args.state_dir is not None:
        args.state_dir.mkdir(parents=True, exist_ok=True)
        return Path(args.state_dir).absolute()
    owners = {Path(file.site.source).stat().st_uid for file in files}  # APMonitor's user owns its files
    open_folder(STATE_FOLDER, frozenset({os.getuid(), 0, *owners}))
    return STATE_FOLDER


def _write(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
