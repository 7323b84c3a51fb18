"""`hexmon agent`: its settings, and an agent that is put together from them."""

import os
import re
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from hexmon.agent.collect import platform_name, sections_of
from hexmon.agent.courier import Courier
from hexmon.agent.logfetch import Limits
from hexmon.agent.report import Reporter, What
from hexmon.agent.scripts import Home, Scripts, environment, write_sender
from hexmon.agent.spool import Spool
from hexmon.agent.state import State
from hexmon.app.settings import OptionalHost
from hexmon.app.spools import spool_folder
from hexmon.clock import Clock
from hexmon.config.settings import LIST, PositiveCount, PositiveSeconds, checked, load_settings, named
from hexmon.ingest.addresses import Address, parse_address
from hexmon.ingest.client import exchange_async

_MIB = 1024 * 1024
_ENVIRONMENT = "HEXMON_AGENT_"
_SETTING = "HEXMON_"
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


def check_section(text: str) -> str:
    """The name of a section. Raises ValueError."""
    known = sections_of(platform_name())
    if text not in known:
        raise ValueError(f"'{text}' is no section; there are {', '.join(known)}")
    return text


def check_interval(seconds: float) -> float:
    """How often to report. Raises ValueError."""
    if seconds < 1:
        raise ValueError("that is too often: once a second at most")
    return seconds


Server = Annotated[str, checked(parse_address)]
Section = Annotated[str, checked(check_section)]


@dataclass(frozen=True, kw_only=True)
class AgentFile:
    """What can be set in the file of `hexmon agent --config`; the options of the command line have the same names."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic looks for exactly this
    server: Annotated[tuple[Server, ...], LIST] = ("127.0.0.1:1984",)
    host: OptionalHost = ""  # "": what the machine calls itself
    class_: Annotated[str, named("class")] = ""  # "": the platform
    repeat: Annotated[PositiveSeconds, checked(check_interval)] = 300.0
    sections: Annotated[tuple[Section, ...], LIST] = ()  # (): all
    state: str = ""  # "": a usual folder
    ext: str = ""
    script_timeout: PositiveSeconds = 60.0
    timeout: PositiveSeconds = 15.0
    spool: PositiveCount = 64  # MiB for what waits for each server
    ca: str = ""
    allow_commands: bool = False
    remote: bool = False
    spread: bool = True


def read_agent_file(path: str | None, environ: Mapping[str, str]) -> AgentFile:
    """The settings: the file's, then those of HEXMON_AGENT_*. Raises ConfigError, OSError."""
    others = {name: value for name, value in environ.items() if not name.startswith(_SETTING)}
    own = {
        _SETTING + name.removeprefix(_ENVIRONMENT): value
        for name, value in environ.items()
        # HEXMON_AGENT__HOST is a setting of the agent within `hexmon serve`.
        if name.startswith(_ENVIRONMENT) and not name.startswith(_ENVIRONMENT + "_")
    }
    return load_settings(AgentFile, Path(path) if path else None, {**others, **own})


def usual_state(host: str, environ: Mapping[str, str]) -> Path:
    """Where an agent keeps its state when nothing else was said: systemd's folder, the system's or the user's."""
    if given := environ.get("STATE_DIRECTORY", "").partition(":")[0]:
        return Path(given)
    if sys.platform == "win32":
        base = Path(environ.get("PROGRAMDATA", "C:/ProgramData"))
    elif os.geteuid() == 0:
        base = Path("/var/lib")
    else:
        base = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "hexmon-agent" / (_SAFE.sub("_", host).lstrip(".") or "_")


def state_folder(settings: AgentFile, host: str, environ: Mapping[str, str]) -> Path:
    """The agent's folder, which may not be there yet."""
    return Path(settings.state).absolute() if settings.state else usual_state(host, environ)


def open_agent(
    settings: AgentFile, host: str, state: State, clock: Clock, tls: ssl.SSLContext | None = None
) -> Reporter:
    """An agent that can report. Raises OSError where its folder cannot be written."""
    folder = Path(settings.ext).absolute() if settings.ext else None
    what = What(
        host=host,
        host_class=settings.class_,
        sections=settings.sections or None,
        scripts=folder,
        remote=settings.remote,
        limits=Limits(commands=settings.allow_commands),
    )
    scripts = None
    if folder is not None:
        home = Home(
            host, settings.server, state.folder, folder, str(Path(settings.ca).absolute()) if settings.ca else ""
        )
        scripts = Scripts(environment(home, write_sender(home), os.environ), settings.script_timeout)
    couriers = [_courier(settings, parse_address(text), state, clock, tls) for text in settings.server]
    return Reporter(what, couriers, clock, state, scripts)


def _courier(settings: AgentFile, address: Address, state: State, clock: Clock, tls: ssl.SSLContext | None) -> Courier:
    spool = Spool(state.folder / "waiting" / spool_folder(address), settings.spool * _MIB)
    send = partial(exchange_async, address, timeout=settings.timeout, tls=tls)
    return Courier(str(address), send, spool, clock)
