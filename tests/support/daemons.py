"""Real servers of Debian's packages, started by the tests on free ports of 127.0.0.1 with files of their own."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.peers import peer
from tests.support.servers import authority, closed_port

NAME = "mail.test"
"""The name that their certificates are for; `authority` has signed them."""

_TRIES = 1200
_PAUSE = 0.025


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that every user may read: servers give up their rights before they read their keys."""
    with tempfile.TemporaryDirectory(prefix="hexmon-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        certificate = authority().issue_cert(NAME)
        (folder / "key.pem").write_bytes(certificate.private_key_pem.bytes())
        (folder / "cert.pem").write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))
        yield folder


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running_daemon(
    command: Sequence[str | Path], folder: Path, ports: Sequence[int], user: str | None = None
) -> Iterator[None]:
    """The server, once all its ports answer; at the end it is stopped and waited for."""
    log = folder / "output"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder, user=user, env=environment
        ) as process,
    ):
        try:
            for _ in range(_TRIES):
                if process.poll() is not None or all(_answers(port) for port in ports):
                    break
                _pause(process)
            text = log.read_text(errors="replace")
            assert process.poll() is None, f"{command[0]} does not run:\n{text}"
            assert all(_answers(port) for port in ports), f"{command[0]} does not listen:\n{text}"
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _pause(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(_PAUSE)
    except subprocess.TimeoutExpired:
        return


def _as_root() -> bool:
    return os.geteuid() == 0


def _me() -> str:
    me = pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(os.getegid()).gr_name
    return f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}\n"


@contextmanager
def exim() -> Iterator[dict[str, int]]:
    """Ports: smtp, strict (refuses who talks before the greeting), smtps, notls (offers no STARTTLS)."""
    program = peer("exim4")
    if not _as_root():
        pytest.skip("not run: only root may start exim4 with a configuration of its own")
    ports = {name: closed_port() for name in ("smtp", "strict", "smtps", "notls")}
    with _folder() as folder:
        (folder / "spool").mkdir()
        shutil.chown(folder / "spool", "Debian-exim", "Debian-exim")
        more = f"""
tls_advertise_hosts = ${{if eq{{$received_port}}{{{ports["notls"]}}}{{}}{{*}}}}
pipelining_connect_advertise_hosts = ${{if eq{{$received_port}}{{{ports["strict"]}}}{{}}{{*}}}}
"""
        (folder / "conf").write_text(_exim_conf(folder, ports) + more)
        with running_daemon((program, "-C", folder / "conf", "-bdf"), folder, list(ports.values())):
            yield ports


@contextmanager
def exim_for(user: str) -> Iterator[tuple[dict[str, int], Path]]:
    """Ports smtp and smtps of a server that delivers all mail, and the folder (new/) where it puts it.

    It refuses the user `nobody` for good and `later` for now; with STARTTLS it takes `user` with the password `secret`.
    """
    program = peer("exim4")
    if not _as_root():
        pytest.skip("not run: only root may start exim4 with a configuration of its own")
    ports = {name: closed_port() for name in ("smtp", "smtps")}
    with _folder() as folder:
        for name in ("spool", "mail"):
            (folder / name).mkdir()
            shutil.chown(folder / name, "Debian-exim", "Debian-exim")
        (folder / "conf").write_text(_exim_conf(folder, ports) + _DELIVERY.format(folder=folder, name=NAME, user=user))
        with running_daemon((program, "-C", folder / "conf", "-bdf"), folder, list(ports.values())):
            yield ports, folder / "mail" / "new"


def _exim_conf(folder: Path, ports: Mapping[str, int]) -> str:
    """What every exim of the tests has: all in that folder, on loopback only."""
    return f"""
primary_hostname = {NAME}
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/pid
notifier_socket =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {" : ".join(map(str, ports.values()))}
tls_on_connect_ports = {ports["smtps"]}
tls_certificate = {folder}/cert.pem
tls_privatekey = {folder}/key.pem
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
smtp_accept_max = 100
exim_user = Debian-exim
exim_group = Debian-exim
"""


_DELIVERY = """
tls_advertise_hosts = *
qualify_domain = {name}
acl_smtp_rcpt = check
acl_smtp_data = accept
begin acl
check:
  deny  local_parts = nobody
        message = there is no such user
  defer local_parts = later
        message = come back later
  accept
begin routers
all:
  driver = accept
  transport = keep
begin transports
keep:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  user = Debian-exim
  group = Debian-exim
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{secret}}}}}}}}
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""

_LOG_IN = """
service {name}-login {{
  chroot =
  inet_listener {name} {{
    port = {plain}
  }}
  inet_listener {name}s {{
    port = {tls}
    ssl = yes
  }}
}}
"""


@contextmanager
def dovecot() -> Iterator[dict[str, int]]:
    """Ports: imap, imaps, pop3, pop3s."""
    program = peer("dovecot")
    peer("dovecot-pop3")
    ports = {name: closed_port() for name in ("imap", "imaps", "pop3", "pop3s")}
    with _folder() as folder:
        me = "" if _as_root() else _me()
        listeners = "".join(
            _LOG_IN.format(name=name, plain=ports[name], tls=ports[f"{name}s"]) for name in ("imap", "pop3")
        )
        (folder / "conf").write_text(f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
{me}{listeners}""")
        with running_daemon((program, "-F", "-c", folder / "conf"), folder, list(ports.values())):
            yield ports


@contextmanager
def vsftpd() -> Iterator[dict[str, int]]:
    """Ports: ftp (with AUTH TLS), ftps."""
    program = peer("vsftpd")
    ports = {name: closed_port() for name in ("ftp", "ftps")}
    with (
        _folder() as folder,
        _vsftpd(program, folder, ports["ftp"], implicit=False),
        _vsftpd(program, folder, ports["ftps"], implicit=True),
    ):
        yield ports


@contextmanager
def _vsftpd(program: Path, folder: Path, port: int, *, implicit: bool) -> Iterator[None]:
    conf = folder / f"conf{port}"
    (folder / "empty").mkdir(mode=0o555, exist_ok=True)
    conf.write_text(f"""
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=YES
seccomp_sandbox=NO
secure_chroot_dir={folder}/empty
ssl_enable=YES
implicit_ssl={"YES" if implicit else "NO"}
allow_anon_ssl=YES
rsa_cert_file={folder}/cert.pem
rsa_private_key_file={folder}/key.pem
ssl_ciphers=HIGH
xferlog_enable=NO
{"" if _as_root() else "run_as_launching_user=YES"}
""")
    with running_daemon((program, conf), folder, [port]):
        yield


@contextmanager
def sshd() -> Iterator[dict[str, int]]:
    """Port: ssh. As root it would need a folder under /run, so it runs as nobody."""
    program = peer("sshd")
    port = closed_port()
    with _folder() as folder:
        key = folder / "hostkey"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        user = "nobody" if _as_root() else None
        if user is not None:
            shutil.chown(key, user)
        options = ["ListenAddress=127.0.0.1", f"Port={port}", f"HostKey={key}", "PidFile=none", "UsePAM=no"]
        command: list[str | Path] = [
            program,
            "-D",
            "-e",
            "-f",
            "/dev/null",
            *(word for option in options for word in ("-o", option)),
        ]
        with running_daemon(command, folder, [port], user):
            yield {"ssh": port}


@contextmanager
def rsyncd() -> Iterator[dict[str, int]]:
    """Port: rsync."""
    program = peer("rsync")
    port = closed_port()
    with _folder() as folder:
        (folder / "conf").write_text(f"use chroot = no\npid file = {folder}/pid\n[files]\npath = {folder}\n")
        options = ["--daemon", "--no-detach", "--address=127.0.0.1", f"--port={port}", f"--config={folder}/conf"]
        with running_daemon([program, *options], folder, [port]):
            yield {"rsync": port}


@contextmanager
def prosody() -> Iterator[dict[str, int]]:
    """Port: xmpp, for the domain NAME."""
    program = peer("prosody")
    port = closed_port()
    with _folder() as folder:
        (folder / "data").mkdir()
        (folder / "conf.lua").write_text(f"""
run_as_root = true
data_path = "{folder}/data"
pidfile = "{folder}/data/pid"
log = {{ info = "*console" }}
modules_enabled = {{ "tls", "saslauth" }}
modules_disabled = {{ "s2s" }}
c2s_interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
VirtualHost "{NAME}"
  ssl = {{ key = "{folder}/key.pem", certificate = "{folder}/cert.pem" }}
""")
        with running_daemon((program, "-F", "--config", folder / "conf.lua"), folder, [port]):
            yield {"xmpp": port}


@contextmanager
def slapd() -> Iterator[dict[str, int]]:
    """Ports: ldap (with StartTLS), ldaps."""
    program = peer("slapd")
    ports = {name: closed_port() for name in ("ldap", "ldaps")}
    with _folder() as folder:
        (folder / "conf").write_text(f"""
include /etc/ldap/schema/core.schema
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
""")
        urls = f"ldap://127.0.0.1:{ports['ldap']}/ ldaps://127.0.0.1:{ports['ldaps']}/"
        with running_daemon((program, "-f", folder / "conf", "-h", urls, "-d", "0"), folder, list(ports.values())):
            yield ports


@contextmanager
def alertmanager(webhook: str) -> Iterator[str]:
    """The URL of an Alertmanager without a cluster; its receiver hears of each alert alone, at once."""
    program = peer("prometheus-alertmanager")
    port = closed_port()
    with _folder() as folder:
        (folder / "conf.yml").write_text(f"""
route:
  receiver: recorder
  group_by: ["..."]
  group_wait: 0s
  group_interval: 1s
receivers:
  - name: recorder
    webhook_configs:
      - url: {webhook}
        send_resolved: true
""")
        options = [f"--config.file={folder}/conf.yml", f"--storage.path={folder}/data", "--cluster.listen-address="]
        with running_daemon([program, *options, f"--web.listen-address=127.0.0.1:{port}"], folder, [port]):
            yield f"http://127.0.0.1:{port}"
