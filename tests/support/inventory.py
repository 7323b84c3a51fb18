"""Inventories from a few lines of hosts.cfg."""

import textwrap

from hexmon.config.line import Line
from hexmon.inventory.build import build_inventory
from hexmon.inventory.hosts_cfg import HostsFile, read_hosts
from hexmon.inventory.meaning import NO_HOME, HomeFiles
from hexmon.inventory.policies import Defaults
from hexmon.model.inventory import Host, Inventory
from hexmon.model.origin import Origin
from hexmon.probes.protocols import Service

SERVICES = {
    name: Service(name=name, port=port)
    for name, port in {"ssh": 22, "smtp": 25, "ftp": 21, "imap": 143, "pop-3": 110, "portless": None}.items()
}


def a_file(text: str) -> HostsFile:
    """Lines as they come out of a file that includes nothing; continuation lines are not joined."""
    lines = textwrap.dedent(text).splitlines()
    return read_hosts([Line(line.strip(), Origin("hosts.cfg", number)) for number, line in enumerate(lines, 1)])


def an_inventory_of(text: str, defaults: Defaults | None = None, files: HomeFiles = NO_HOME) -> Inventory:
    return build_inventory(a_file(text), SERVICES, defaults=defaults, files=files)


def the_host(text: str, name: str = "www", defaults: Defaults | None = None) -> Host:
    return an_inventory_of(text, defaults).hosts[name]


def a_host_with(tags: str) -> Host:
    """One host, www with the address 127.0.0.1."""
    return the_host(f"127.0.0.1 www # {tags}")


class SomeFiles:
    """A folder of files that need no disk."""

    folder = "/home"

    def __init__(self, files: dict[str, bytes], *, netrc: str = "", cookies: str = "") -> None:
        self.files = files
        self.netrc = netrc
        self.cookies = cookies

    def read(self, name: str) -> bytes:
        if name not in self.files:
            raise FileNotFoundError(2, "No such file or directory", name)
        return self.files[name]

    def locate(self, name: str) -> str:
        self.read(name)
        return f"{self.folder}/{name}"
