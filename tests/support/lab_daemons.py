"""A name server, a time server and a portmapper on their usual ports, for the lab: xymonnet knows no other ports."""

import contextlib
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import dns.exception
import dns.message
import dns.rcode
import dns.rrset

_PORTMAPPER = ("127.0.0.1", 111)
_TRIES, _PAUSE = 100, 0.1
_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
_TIME = """
local stratum 5
allow all
cmdport 0
pidfile {folder}/chronyd.pid
driftfile {folder}/drift
"""

# Name -> type -> records; names that are not here do not exist.
ZONE: dict[str, dict[str, tuple[str, ...]]] = {
    "good.lab.test.": {"A": ("127.0.0.1",), "TXT": ('"hello"',)},
    "mail.lab.test.": {"MX": ("10 good.lab.test.", "20 good.lab.test."), "NS": ("good.lab.test.",)},
    "alias.lab.test.": {"CNAME": ("good.lab.test.",)},
    "bare.lab.test.": {},
}


def start_daemons(folder: Path) -> list[subprocess.Popen[bytes]]:
    """Those of which the programs are there; they end with the network that they are in."""
    for network in ("127.0.0", "127.9.0"):
        for number in range(10, 40):  # one for each: an answer must come from the address that was asked
            names = socket.socket(type=socket.SOCK_DGRAM)
            names.bind((f"{network}.{number}", 53))
            threading.Thread(target=_answer_questions, args=(names,), daemon=True).start()
    configuration = folder / "chrony.conf"
    configuration.write_text(_TIME.format(folder=folder))
    commands = (
        ["chronyd", "-x", "-d", "-u", "root", "-f", str(configuration)],
        ["rpcbind", "-f", "-w"],
    )
    daemons = [started for command in commands if (started := _start(command)) is not None]
    _await_portmapper(daemons)
    return daemons


def _await_portmapper(daemons: list[subprocess.Popen[bytes]]) -> None:
    """Both programs would agree that there is none. Waits until it can be connected to; raises when it ended."""
    daemon = next((one for one in daemons if str(one.args[0]).endswith("rpcbind")), None)  # type: ignore[index]
    if daemon is None:
        return
    for _ in range(_TRIES):
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(_PORTMAPPER).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = daemon.wait(_PAUSE)
            raise RuntimeError(f"rpcbind ended with status {status}")
    raise RuntimeError("rpcbind does not listen")


def _start(command: list[str]) -> "subprocess.Popen[bytes] | None":
    program = shutil.which(command[0], path=_FOLDERS)
    if program is None:
        return None
    return subprocess.Popen([program, *command[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _answer_questions(names: socket.socket) -> None:
    while True:
        data, sender = names.recvfrom(65535)
        try:
            names.sendto(_answer(dns.message.from_wire(data)), sender)
        except (dns.exception.DNSException, OSError):
            continue


def _answer(question: dns.message.Message) -> bytes:
    message = dns.message.make_response(question)
    name, kind = str(question.question[0].name).lower(), question.question[0].rdtype.name
    records = ZONE.get(name)
    if name == "secret.lab.test.":
        message.set_rcode(dns.rcode.REFUSED)
    elif name == "broken.lab.test.":
        message.set_rcode(dns.rcode.SERVFAIL)
    elif records is None:
        message.set_rcode(dns.rcode.NXDOMAIN)
    elif records.get(kind) or records.get("CNAME"):
        found = kind if records.get(kind) else "CNAME"
        message.answer.append(dns.rrset.from_text(name, 60, "IN", found, *records[found]))
        if found == "CNAME":
            target = records["CNAME"][0]
            message.answer.append(dns.rrset.from_text(target, 60, "IN", "A", *ZONE[target]["A"]))
    return message.to_wire()
