"""A network of its own with all kinds of services, and both programs that test networks, side by side.

Run as `unshare --net --mount python -m tests.support.netlab`: it makes the services, prints a line when they are ready,
and then answers each line on stdin (the path of a hosts.cfg) with a line of JSON: what xymonnet and hexmon made of it.
In this network 127.9.0.0/16 answers no ping, although its ports are those of the rest of 127.0.0.0/8.
"""

import datetime as dt
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hexmon.clock import SystemClock
from tests.support.lab_daemons import start_daemons
from tests.support.lab_web import answer

_SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
ANSWERING, SILENT = "127.0.0.", "127.9.0."

PROTOCOLS = """
[greet|hail]
   expect "220"
   options banner
   port 2025
[rude]
   expect "220"
   options banner
   port 2554
[mute]
   expect "220"
   options banner
   port 2001
[plain|bare]
   port 2025
[shut|gone]
   expect "220"
   options banner
   port 2999
[secure]
   expect "* OK"
   options ssl,banner
   port 2993
[liar]
   options ssl
   port 2025
"""

# Port -> whole days that its certificate is still good for.
CERTIFICATES = {2443: 100, 2444: 20, 2445: 5, 2446: -3}
WEB, WEB_TLS = 2080, 2447
STATUSES = (200, 202, 204, 301, 302, 303, 304, 307, 308, 400, 401, 404, 500, 503)
_FIRST_STATUS_PORT = 8000

# rpcbind keeps a lock and a socket in /run: without one of its own a second lab has no portmapper.
_NETWORK = """
mount -t tmpfs lab /run
mkdir /run/rpcbind
ip link set lo up
ip rule add pref 100 lookup local
ip rule del pref 0
ip rule add pref 50 ipproto icmp to 127.9.0.0/16 unreachable
"""

_PING = """#!/bin/sh
while read -r address; do
    case $address in
    127.9.*) echo "$address is unreachable" ;;
    *) echo "$address is alive (0.05 ms)" ;;
    esac
done
"""

Talk = Callable[[socket.socket], None]


def status_port(status: int) -> int:
    """Where a page with that status is served."""
    return _FIRST_STATUS_PORT + status


def _serve(port: int, talk: Talk) -> None:
    listener = socket.create_server(("", port), backlog=200)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_guarded, args=(talk, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def _guarded(talk: Talk, connection: socket.socket) -> None:
    connection.settimeout(20)
    with connection:
        try:
            talk(connection)
            connection.recv(4096)  # until the other side has what it wanted
        except OSError:
            return


def _says(banner: bytes) -> Talk:
    return lambda connection: connection.sendall(banner)


def _page(status: int) -> Talk:
    body = b"" if status in {204, 304} else b"hello"
    head = f"HTTP/1.1 {status} Reason of {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"

    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall((head if status != 200 else head.replace("Reason of 200", "OK")).encode() + body)
        connection.shutdown(socket.SHUT_WR)

    return talk


def _over_tls(context: ssl.SSLContext, talk: Talk) -> Talk:
    def wrapped(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as session:
            talk(session)
            session.recv(4096)

    return wrapped


def _context(folder: Path, days: int) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lab.test")])
    end = dt.datetime.fromtimestamp(int(SystemClock().now()), dt.UTC) + dt.timedelta(days=days, hours=12)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - dt.timedelta(days=400))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{days}.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # xymonnet reads no banner behind the tickets of 1.3
    return context


def start_services(folder: Path) -> None:
    """All of them, on every address of the network."""
    _serve(2025, _says(b"220 hello\r\n"))
    _serve(2554, _says(b"554 go away\r\n"))
    _serve(2001, lambda connection: connection.shutdown(socket.SHUT_RDWR))
    _serve(2993, _over_tls(_context(folder, 200), _says(b"* OK hello\r\n")))
    for port, days in CERTIFICATES.items():
        _serve(port, _over_tls(_context(folder, days), _page(200)))
    _serve(WEB, answer)
    _serve(WEB_TLS, _over_tls(_context(folder, 100), answer))
    for status in STATUSES:
        _serve(status_port(status), _page(status))


def prepare(folder: Path) -> None:
    """A home for xymonnet, and a ping that agrees with the network."""
    for name in ("etc", "tmp"):
        (folder / name).mkdir()
    (folder / "etc" / "protocols.cfg").write_text(PROTOCOLS)
    ping = folder / "ping"
    ping.write_text(_PING)
    ping.chmod(0o755)


def xymonnet(program: str, folder: Path, hosts: str) -> str:
    """What the real one prints instead of sending."""
    for state in (folder / "tmp").iterdir():
        state.unlink()
    environment = {
        "PATH": os.environ["PATH"],
        "TZ": "UTC",
        "XYMONHOME": str(folder),
        "HOSTSCFG": hosts,
        "XYMONTMP": str(folder / "tmp"),
        "PINGCOLUMN": "conn",
        "FPING": str(folder / "ping"),
        "FPINGOPTS": "",
        "CONNTEST": "TRUE",
        "IPTEST_2_CLEAR_ON_FAILED_CONN": "TRUE",
        "NETFAILTEXT": "not OK",
        "NTPDATE": shutil.which("ntpdate", path=_SYSTEM) or "ntpdate",
        "RPCINFO": shutil.which("rpcinfo", path=_SYSTEM) or "rpcinfo",
        "MACHINE": "lab",
        "XYMSRV": "127.0.0.1",
    }
    command = [program, "--no-update", "--checkresponse", "--timeout=4", "--dns-timeout=3"]
    return _output(command, environment)


def hexmon(folder: Path, hosts: str) -> str:
    """What ours prints instead of sending."""
    protocols = str(folder / "etc" / "protocols.cfg")
    command = [sys.executable, "-m", "hexmon", "sweep", "--hosts", hosts, "--protocols", protocols, "--timeout", "4"]
    return _output([*command, "--no-submit"], {**os.environ, "TZ": "UTC"})


def _output(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
    output = done.stdout.decode("latin-1")
    return output if done.returncode == 0 else f"{output}\n{done.stderr.decode()}"


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(program: str) -> None:
    for line in _NETWORK.strip().splitlines():
        subprocess.run(line.split(), check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        start_services(folder)
        daemons = start_daemons(folder)
        _tell("ready")
        for line in sys.stdin:
            hosts = line.strip()
            said = {"xymonnet": xymonnet(program, folder, hosts), "hexmon": hexmon(folder, hosts)}
            _tell(json.dumps(said))
        for daemon in daemons:
            daemon.terminate()
            daemon.wait(10)


if __name__ == "__main__":
    main(sys.argv[1])
