"""Net-SNMP's snmpd on loopback, telling of this machine, for as long as a `with` lasts."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.datagrams import closed_datagram_port
from tests.support.peers import peer
from tests.support.snmpsim import await_agent

COMMUNITY = "ro-community"
PASSWORD, SECRET = "authenticate me", "keep it private"

# Every protocol of authentication with a protocol of privacy; the last two without one, and without either.
USERS = {
    "md5des": ("MD5", "DES"),
    "shaaes": ("SHA", "AES"),
    "sha224aes": ("SHA224", "AES"),
    "sha256aes192": ("SHA256", "AES192"),
    "sha384aes256": ("SHA384", "AES256"),
    "sha512aes256": ("SHA512", "AES256"),
    "shaaes256": ("SHA", "AES256"),
    "shaonly": ("SHA", ""),
    "nobody": ("", ""),
}

_CONFIGURATION = """
agentAddress udp:127.0.0.1:{port}
rocommunity {community} 127.0.0.1
sysLocation under the desk
sysContact noc@example.test
sysName this-machine
includeAllDisks 90%
"""


def _name(protocol: str) -> str:
    """As snmpd.conf writes it: SHA-256."""
    return re.sub(r"(SHA|AES)(\d+)", r"\1-\2", protocol)


@contextmanager
def snmpd(folder: Path, more: str = "") -> Iterator[int]:
    """Its port; `more` are lines of snmpd.conf."""
    program, port = peer("snmpd"), closed_datagram_port()
    text = _CONFIGURATION.format(port=port, community=COMMUNITY) + more
    for user, (auth, privacy) in USERS.items():
        keys = f' {_name(auth)} "{PASSWORD}"' if auth else ""
        keys += f' {_name(privacy)} "{SECRET}"' if privacy else ""
        level = "priv" if privacy else "auth" if auth else "noauth"
        text += f"createUser {user}{keys}\nrouser {user} {level}\n"
    (folder / "snmpd.conf").write_text(text)
    log = folder / "log"
    command: list[str | Path] = [
        program,
        "-f",
        "-C",
        "-c",
        folder / "snmpd.conf",
        "-Lo",
        "-p",
        folder / "pid",
        "-I",
        "-smux",
    ]
    state = {"SNMP_PERSISTENT_DIR": str(folder / "state"), "HOME": str(folder)}
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **state}) as process,
    ):
        try:
            await_agent(process, port, COMMUNITY, log)
            yield port
        finally:
            process.terminate()


def bulk_walk(port: int, column: str) -> dict[str, str]:
    """What snmpbulkwalk of the same package reads: the rest of each OID -> the value."""
    command: list[str | Path] = [
        peer("snmpbulkwalk"),
        "-v2c",
        "-c",
        COMMUNITY,
        "-OnqU",
        "-Cr40",
        f"127.0.0.1:{port}",
        column,
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    rows = (line.split(" ", 1) for line in told.splitlines() if line.startswith(f".{column}."))
    return {oid.removeprefix(f".{column}."): value.strip('"') for oid, value in rows}
