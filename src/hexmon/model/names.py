"""Names of hosts, tests and squares, and their form on the wire."""

import re
from typing import NamedTuple

TEST_NAME = re.compile(r"[A-Za-z0-9:\\/_-]{1,255}\Z")
HOST_NAME = re.compile(r"[A-Za-z0-9:,._-]{1,255}\Z")

INFO = "info"
TRENDS = "trends"
CLIENTLOG = "clientlog"
PSEUDO_TESTS = frozenset({INFO, TRENDS, CLIENTLOG})
SUMMARY_HOST = "summary"


class StatusKey(NamedTuple):
    """One square of the board: a host and a test, each in its canonical spelling."""

    host: str
    test: str

    def __str__(self) -> str:
        return f"{self.host}.{self.test}"


def check_host_name(text: str) -> str:
    """A name that a host may have, as it is. Raises ValueError."""
    if not HOST_NAME.match(text):
        raise ValueError(f"'{text}' is not a host's name: letters, digits and : , . _ -")
    return text


def host_from_wire(word: str) -> str:
    """`www,example,com` -> `www.example.com`: messages write the dots of a host as commas."""
    return word.replace(",", ".")


def host_to_wire(host: str) -> str:
    """`www.example.com` -> `www,example,com`."""
    return host.replace(".", ",")


def split_square(word: str) -> StatusKey | None:
    """`www,example,com.http` -> its host and test: the test follows the last dot; None without a dot."""
    host, dot, test = word.rpartition(".")
    return StatusKey(host_from_wire(host), test) if dot else None
