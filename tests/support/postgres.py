"""A PostgreSQL server of the tests' own: a folder, a Unix socket, no TCP port."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PROGRAMS = Path("/usr/lib/postgresql")


def _program(name: str) -> str:
    """The newest of Debian's versions, or what is on the path; without it the test is not run."""
    versions = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        pytest.skip(f"not run: PostgreSQL's {name} missing (apt-get install postgresql)")
    return found


def _account() -> tuple[int, int] | None:
    """The server refuses to run as root; its package brings an account for it."""
    if os.getuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server; gives the SQLAlchemy address of its database `postgres`."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("not run: the Python package psycopg is missing")
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="hexmon-pg-"))
    account = _account()
    who: dict[str, int] = {}
    if account is not None:
        os.chown(folder, *account)
        who = {"user": account[0], "group": account[1]}
    data = folder / "data"
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=60, **who)  # type: ignore[call-overload]

    run(initdb, "-D", str(data), "-U", "hexmon", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    try:
        run(pg_ctl, "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        yield f"postgresql+psycopg://hexmon@/postgres?host={folder}"
        run(pg_ctl, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
