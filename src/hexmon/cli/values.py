"""Numbers and names on the command line that must mean something, for argparse's `type=`."""

import argparse
import math
import os
import ssl
import sys
from pathlib import Path

from hexmon.model.names import TEST_NAME


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return value


def minutes(text: str) -> float:
    """A number of minutes above 0, as seconds."""
    return 60.0 * count(text)


def count(text: str) -> int:
    """A whole number above 0."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:19]) < sys.maxsize):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def column(text: str) -> str:
    """The name of a column."""
    if not TEST_NAME.match(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not the name of a column")
    return text


def add_home(parser: argparse.ArgumentParser) -> None:
    """The option --home; `home_of` reads it."""
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="the folder of certs/, content/ and etc/netrc, etc/cookies, and of any file: (default: $XYMONHOME, "
        "or the folder of the hosts file)",
    )


def home_of(given: Path | None) -> str:
    """That folder; "" for that of the hosts file."""
    return str(given.absolute()) if given is not None else os.environ.get("XYMONHOME", "")


def reason(error: OSError | ValueError) -> str:
    """What went wrong, with the file that it is about, without Python's numbers."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def add_trust(parser: argparse.ArgumentParser) -> None:
    """The options --ca and --cert; `trust_of` reads them."""
    parser.add_argument("--ca", metavar="FILE", help="authorities (PEM) that a tls:// or https:// server must be from")
    parser.add_argument(
        "--cert", metavar="FILE", help="our own certificate and its key (PEM), where a server asks for it"
    )


def trust_of(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    """What these options mean; None: the system's authorities. Raises ValueError, naming the file."""
    context = trusting(arguments.ca)
    if arguments.cert:
        context = context or ssl.create_default_context()
        try:
            context.load_cert_chain(arguments.cert)
        except ssl.SSLError as error:
            raise ValueError(f"{arguments.cert}: no certificate with its key in PEM form") from error
        except OSError as error:
            raise ValueError(f"{arguments.cert}: {error.strerror}") from error
    return context


def trusting(authorities: str | None) -> ssl.SSLContext | None:
    """For --ca: trust these authorities (a PEM file) only. Raises ValueError, naming the file."""
    if not authorities:
        return None
    try:
        return ssl.create_default_context(cafile=authorities)
    except ssl.SSLError as error:
        raise ValueError(f"{authorities}: no certificates in PEM form") from error
    except OSError as error:
        raise ValueError(f"{authorities}: {error.strerror}") from error
