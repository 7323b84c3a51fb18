"""The sections about file systems, as df(1) and mount(8) print them."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import psutil

from hexmon.agent.facts import Facts, one_line

_KIB = 1024
# Without a device of their own, and yet with room that may run out.
_LOCAL = frozenset({"zfs", "virtiofs", "tmpfs", "rootfs", "btrfs", "bcachefs"})
# Images that are always full.
_FULL = frozenset({"iso9660", "cd9660", "cdfs", "udf", "squashfs", "fuse.snapfuse"})
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb2", "smb3", "ceph", "glusterfs", "fuse.glusterfs", "lustre", "afs", "9p"}
)
_NOT_COUNTED = ("/proc/", "/sys/")


class Mount(msgspec.Struct, frozen=True):
    """A file system, and where it is mounted."""

    device: str
    place: str
    kind: str


class Usage(msgspec.Struct, frozen=True):
    """Bytes and inodes: all, used, and left for ordinary users. No inodes where they are not counted."""

    total: int
    used: int
    free: int
    inodes: int = 0
    inodes_free: int = 0


def df(facts: Facts) -> str:
    """The room, in blocks of 1024 bytes."""
    rows = [f"{'Filesystem':20} {'1024-blocks':>11} {'Used':>11} {'Available':>11} Capacity Mounted on"]
    for mount, usage in measured(facts):
        if usage is None:
            rows.append(_unreachable(mount))
        elif usage.total:
            # A reserve for root is neither used nor available.
            percent = _percent(usage.used, usage.used + usage.free)
            sizes = f"{usage.total // _KIB:11} {usage.used // _KIB:11} {usage.free // _KIB:11}"
            rows.append(f"{_word(mount.device):20} {sizes} {percent:7}% {one_line(mount.place)}")
    return "\n".join(rows)


def inode(facts: Facts) -> str:
    """The inodes."""
    rows = [f"{'Filesystem':20} {'Inodes':>11} {'IUsed':>11} {'IFree':>11} {'IUse%':>5} Mounted on"]
    for mount, usage in measured(facts):
        if usage is None:
            rows.append(_unreachable(mount))
        elif usage.inodes:
            used = usage.inodes - usage.inodes_free
            sizes = f"{usage.inodes:11} {used:11} {usage.inodes_free:11}"
            rows.append(f"{_word(mount.device):20} {sizes} {_percent(used, usage.inodes):4}% {one_line(mount.place)}")
    return "\n".join(rows)


def mount(_facts: Facts) -> str:
    """All that is mounted."""
    parts = psutil.disk_partitions(all=True)
    return "\n".join(one_line(f"{part.device} on {part.mountpoint} type {part.fstype} ({part.opts})") for part in parts)


def mounts(remote: bool) -> list[Mount]:
    """What is measured: each local device once, at its shortest place; with `remote` also what other machines serve."""
    no_device = _without_device()
    places: dict[str, Mount] = {}  # of two at one place only the later can be seen
    for part in psutil.disk_partitions(all=no_device is not None or remote):
        one = Mount(part.device, part.mountpoint, part.fstype)
        places.pop(one.place, None)
        if _wanted(one, no_device or frozenset(), remote=remote):
            places[one.place] = one
    devices: dict[str, Mount] = {}
    for one in sorted(places.values(), key=lambda one: (len(one.place), one.place)):
        devices.setdefault(one.device if one.device.startswith("/") else one.place, one)
    return sorted(devices.values(), key=lambda one: one.place)


def _wanted(mount: Mount, no_device: frozenset[str], *, remote: bool) -> bool:
    if mount.kind.lower() in _FULL or mount.place.startswith(_NOT_COUNTED):
        return False
    if mount.kind in _REMOTE or (mount.kind.startswith("fuse.") and ":" in mount.device):
        return remote
    return mount.kind in _LOCAL or mount.place == "/" or mount.kind not in no_device


def _without_device() -> frozenset[str] | None:
    """The kinds that are only views of the kernel; None where psutil has to know."""
    try:
        lines = Path("/proc/filesystems").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return frozenset(line.split()[-1] for line in lines if line.startswith("nodev"))


def measured(facts: Facts) -> Iterator[tuple[Mount, Usage | None]]:
    """Each with its usage; None where nobody answers. One that may not be looked at is left out."""
    found = facts.shared("file systems", partial(_measure, facts))
    yield from found


def _measure(facts: Facts) -> list[tuple[Mount, Usage | None]]:
    every = mounts(facts.remote)
    calls: dict[str, Callable[[], Usage]] = {one.place: partial(usage_of, one.place) for one in every}
    answers = facts.patience.ask_all(calls)
    found: list[tuple[Mount, Usage | None]] = []
    for one in every:
        answer = answers[one.place]
        if isinstance(answer, PermissionError | FileNotFoundError):
            continue
        found.append((one, answer if isinstance(answer, Usage) else None))
    return found


def usage_of(place: str) -> Usage:
    """Of the file system mounted there; may take for ever. Raises OSError."""
    if not hasattr(os, "statvfs"):
        room = psutil.disk_usage(place)
        return Usage(room.total, room.used, room.free)
    stat = os.statvfs(place)
    size = stat.f_frsize or stat.f_bsize
    used = (stat.f_blocks - stat.f_bfree) * size
    return Usage(stat.f_blocks * size, used, max(stat.f_bavail, 0) * size, stat.f_files, stat.f_ffree)


def _unreachable(mount: Mount) -> str:
    return f"{_word(mount.device):20} {'-':>11} {'-':>11} {'-':>11} {'100%':>8} {one_line(mount.place)}"


def _percent(part: int, whole: int) -> int:
    """As df rounds: up."""
    return -(-100 * part // max(whole, 1))


def _word(text: str) -> str:
    """One column, whatever a device is called."""
    return "".join("?" if character.isspace() or not character.isprintable() else character for character in text)
