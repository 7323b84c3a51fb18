"""nginx and Apache in front of hexmon, with the configurations of docs/howto; only ports and paths differ."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemons import running_daemon
from tests.support.peers import peer
from tests.support.servers import closed_port

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
_MODULES = Path("/usr/lib/apache2/modules")
_NEEDED = (
    "mpm_event",
    "authz_core",
    "authz_user",
    "authn_core",
    "authn_file",
    "auth_basic",
    "headers",
    "proxy",
    "proxy_http",
    "ssl",
)

_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  include {folder}/site.conf;
}}
"""
_APACHE = """
ServerRoot {folder}
PidFile {folder}/pid
Mutex file:{folder}
ErrorLog {folder}/errors
Listen 127.0.0.1:{port}
{modules}
{user}
Include {folder}/site.conf
"""


def _site(name: str, folder: Path, pages: int, port: int) -> str:
    """The file of docs/howto with this machine's paths and ports; every replacement must find something to replace."""
    text = (HOWTO / name).read_text()
    replaced = {
        r"127\.0\.0\.1:8000": f"127.0.0.1:{pages}",
        r"/etc/hexmon/": f"{folder}/",
        r"listen 443 ssl;|<VirtualHost \*:443>": {
            "nginx-xymon-msg.conf": f"listen 127.0.0.1:{port} ssl;",
            "apache-xymon-msg.conf": f"<VirtualHost 127.0.0.1:{port}>",
        }[name],
    }
    if "[::]:443" in text:
        replaced[r"\s*listen \[::\]:443 ssl;"] = ""
    for pattern, word in replaced.items():
        text, count = re.subn(pattern, word, text)
        assert count, f"{name} has no {pattern}"
    return text


@contextmanager
def nginx_front(folder: Path, pages: int) -> Iterator[int]:
    """The port of an nginx that speaks TLS; `folder` has server.pem and server.key, hexmon's pages are at that port."""
    port = closed_port()
    home = folder / "nginx"
    home.mkdir()
    (home / "site.conf").write_text(_site("nginx-xymon-msg.conf", folder, pages, port))
    (home / "conf").write_text(_NGINX.format(folder=home))
    with running_daemon([peer("nginx"), "-p", home, "-e", home / "errors", "-c", home / "conf"], home, [port]):
        yield port


@contextmanager
def apache_front(folder: Path, pages: int) -> Iterator[int]:
    """The same with an Apache; `folder` has clienthtpasswd, too."""
    port = closed_port()
    home = folder / "apache"
    home.mkdir()
    modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _NEEDED)
    user = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
    (home / "site.conf").write_text(_site("apache-xymon-msg.conf", folder, pages, port))
    (home / "conf").write_text(_APACHE.format(folder=home, port=port, modules=modules, user=user))
    with running_daemon([peer("apache2"), "-D", "FOREGROUND", "-d", home, "-f", home / "conf"], home, [port]):
        yield port
