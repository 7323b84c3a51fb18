"""`/probe?target=&module=`: one check for Prometheus, answered in the metrics of blackbox_exporter."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.routing import BaseRoute

from hexmon.app.settings import Configuration, Files
from hexmon.clock import Clock
from hexmon.config.suggest import Suggestions
from hexmon.config.watched import Watched
from hexmon.ingest.access import AccessList, read_networks
from hexmon.ingest.forwarded import AmbiguousError, Lists, Proxies
from hexmon.model.origin import ConfigError, Origin, Problem
from hexmon.probes.blackbox.checks import BadTarget, check_of
from hexmon.probes.blackbox.metrics import lines_of
from hexmon.probes.blackbox.modules import Module, built_in_modules, read_modules
from hexmon.probes.blackbox.verdict import verdict_on
from hexmon.probes.run import observe
from hexmon.probes.tools import Tools
from hexmon.web.api.blackbox import probe_routes

log = logging.getLogger(__name__)
_USUAL_MODULE = "http_2xx"
_SHORTEST = 0.1  # seconds that are left for a probe, whatever is taken off


@dataclass(frozen=True)
class Refused(Exception):  # noqa: N818 - it says what is so, about the question
    """The question is not answered: the HTTP status, and why in one sentence."""

    status: int
    why: str


class ModulesInForce:
    """blackbox.yml, read again when it changes; with mistakes in it what was in force stays."""

    def __init__(self, path: Path, *, required: bool = False) -> None:
        self._path = path
        self._required = required
        self._watched: Watched | None = None
        self._modules = built_in_modules()
        self.problems: tuple[Problem, ...] = ()

    def refresh(self) -> None:
        """Look at the file. Blocking."""
        if self._watched is not None and not self._watched.changed():
            return
        self._watched = Watched()
        self._watched.remember(self._path)
        try:
            self._modules = self._read()
            self.problems = ()
        except ConfigError as error:
            self.problems = error.problems

    def _read(self) -> dict[str, Module]:
        if not self._path.is_file():
            if self._required:
                raise ConfigError((Problem(Origin(str(self._path)), "this file is missing"),))
            return built_in_modules()
        try:
            text = self._path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ConfigError((Problem(Origin(str(self._path)), f"cannot be read: {error}"),)) from None
        return built_in_modules() | read_modules(text, str(self._path))

    def module(self, name: str) -> Module:
        """The module of that name. Raises Refused."""
        found = self._modules.get(name)
        if found is None:
            meant = Suggestions(self._modules).closest(name)
            hint = f"; did you mean '{meant}'?" if meant else f"; there are {', '.join(self._modules)}"
            raise Refused(400, f"there is no module '{name[:100]}'{hint}")
        return found


class Blackbox:
    """Answers the questions; bounded in number."""

    def __init__(self, configuration: Configuration, tools: Tools, clock: Clock) -> None:
        settings, files = configuration.settings, configuration.settings.files
        self._settings = settings.blackbox
        self._tools = tools
        self._clock = clock
        self._room = asyncio.Semaphore(self._settings.concurrency)
        self._allowed = AccessList([one for text in self._settings.allow for one in read_networks(text)])
        self._proxies = Proxies(settings.agents.trusted_proxies)
        self.file = ModulesInForce(configuration.locate(files.blackbox), required=files.blackbox != Files().blackbox)
        self.counts = {"asked": 0, "refused": 0}

    def routes(self) -> list[BaseRoute]:
        """What the web server is given."""

        def allow(request: Request) -> None:
            self.refuse_strangers(request.client.host if request.client else "", request.headers)

        return probe_routes(allow, self.probe, Refused)

    def refuse_strangers(self, peer: str, headers: Lists) -> None:
        """Raises Refused for who may not make this monitor reach out."""
        try:
            sender = self._proxies.sender(peer, headers)
        except AmbiguousError as error:
            raise Refused(400, str(error)) from None
        if not self._allowed.holds(sender):
            self.counts["refused"] += 1
            raise Refused(403, f"{sender} may not ask for probes: [blackbox] allow in hexmon.toml lists who may")

    async def probe(self, name: str, target: str, scrape_timeout: float | None) -> str:
        """The metrics of one probe. Raises Refused."""
        await asyncio.to_thread(self.file.refresh)
        module = self.file.module(name or _USUAL_MODULE)
        try:
            check = check_of(name or _USUAL_MODULE, module, target, self._timeout(module, scrape_timeout))
        except BadTarget as error:
            raise Refused(400, str(error)) from None
        self.counts["asked"] += 1
        async with self._room:
            observation = await observe(check, self._tools, self._clock)
        return lines_of(observation, module, verdict_on(observation, module))

    def _timeout(self, module: Module, scrape_timeout: float | None) -> float:
        """The shortest of what the module, the asker and the settings say."""
        wanted = [self._settings.timeout]
        if scrape_timeout is not None:
            wanted = [
                scrape_timeout - self._settings.offset if scrape_timeout > self._settings.offset else scrape_timeout
            ]
        if module.timeout is not None:
            wanted.append(module.timeout)
        return max(min(wanted), _SHORTEST)
