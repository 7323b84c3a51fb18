"""The programs that hexmon is measured against, each on loopback with a configuration of its own."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

_FOLDERS = ("/usr/lib/xymon/server/bin", "/usr/local/sbin", "/usr/sbin", "/sbin")
_PATIENCE = 10.0


def find(name: str) -> str | None:
    """The path of a peer's program; None when it is not installed."""
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_FOLDERS))


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The program while its port answers; ended by its own process id."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    try:
        _await_port(process, port)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE)


def _await_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            _, errors = process.communicate()
            raise RuntimeError(f"{process.args!r} ended: {errors.decode(errors='replace')[-500:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} does not listen on port {port}")


_NGINX = """
worker_processes 1; daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port} backlog=8192;
    location / {{ return 200 "hello\\n"; }}
    location = /count {{ stub_status; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """A web server that answers every path with a few bytes; `/count` tells how often it was asked. Gives the port."""
    program = find("nginx")
    if program is None:
        raise FileNotFoundError("nginx is not installed")
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, port=port))
    with running([program, "-e", str(folder / "errors"), "-p", str(folder), "-c", str(configuration)], port):
        yield port
