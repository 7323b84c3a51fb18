"""The options of the command line that decide colours: those of xymonnet(1), and the variables that it reads."""

import argparse
from collections.abc import Mapping

from hexmon.cli.values import column, count, minutes
from hexmon.judge.view import JudgeSettings
from hexmon.schedule.zone import MachineZone

_USUAL = JudgeSettings()
_TRUE = frozenset({"TRUE", "1", "YES", "ON"})


def add_judging(parser: argparse.ArgumentParser) -> None:
    """The options; `judging_of` reads them."""
    parser.add_argument(
        "--ssl", type=column, default=_USUAL.ssl_column, metavar="COL", help="that of certificates (%(default)s)"
    )
    parser.add_argument("--no-ssl", action="store_true", help="no column of certificates")
    parser.add_argument(
        "--sslwarn", type=count, default=_USUAL.ssl_warn_days, metavar="DAYS", help="yellow with fewer (%(default)s)"
    )
    parser.add_argument(
        "--sslalarm", type=count, default=_USUAL.ssl_alarm_days, metavar="DAYS", help="red with fewer (%(default)s)"
    )
    parser.add_argument("--sslbits", type=count, default=0, metavar="N", help="fewest bits of a cipher; else red")
    parser.add_argument("--sslkeysize", type=count, default=0, metavar="N", help="fewest bits of a key; else yellow")
    parser.add_argument(
        "--nonetpage", metavar="TEST,TEST", help="columns that are yellow at worst (default: $NONETPAGE)"
    )
    parser.add_argument(
        "--validity",
        type=minutes,
        default=_USUAL.validity,
        metavar="MINUTES",
        help="purple without news for so long (30)",
    )
    parser.add_argument("--trace", action="store_true", help="tell the way to each silent host, but with notrace")


def judging_of(args: argparse.Namespace, environ: Mapping[str, str]) -> JudgeSettings:
    """What was asked for. `environ` may have NETFAILTEXT and the other variables of xymonserver.cfg(5)."""
    no_page = args.nonetpage if args.nonetpage is not None else environ.get("NONETPAGE", "")
    clear = environ.get("IPTEST_2_CLEAR_ON_FAILED_CONN", "TRUE").upper() in _TRUE
    return JudgeSettings(
        fail_goes_clear=clear,
        fail_text=environ.get("NETFAILTEXT") or _USUAL.fail_text,
        router_text=environ.get("XYMONROUTERTEXT") or _USUAL.router_text,
        ssl_column="" if args.no_ssl else args.ssl,
        ssl_warn_days=args.sslwarn,
        ssl_alarm_days=args.sslalarm,
        ssl_bits=args.sslbits,
        ssl_key_bits=args.sslkeysize,
        no_page=frozenset(no_page.replace(",", " ").split()),
        validity=args.validity,
        trace=args.trace,
        zone=MachineZone(),
    )
