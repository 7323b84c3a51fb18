"""What takes messages over HTTP, and the certificate of the encrypted listeners, as the settings have them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hexmon.app.listening import WebSocket
from hexmon.app.settings import Configuration
from hexmon.board.board import Board
from hexmon.board.store import Journal
from hexmon.clock import Clock, SystemClock
from hexmon.ingest.commands import Dispatcher
from hexmon.ingest.credentials import Credentials
from hexmon.ingest.http import MessageEndpoint
from hexmon.ingest.settings import AgentSettings, MessageSettings
from hexmon.ingest.tls import Certificates
from hexmon.model.origin import ConfigError, Origin, Problem


def message_settings(configuration: Configuration) -> MessageSettings:
    """Of the server of port 1984."""
    certificate, key, client_ca = _pem_files(configuration)
    addresses = configuration.settings.listen.messages
    return MessageSettings(addresses=addresses, certificate=certificate, key=key, client_ca=client_ca)


def _pem_files(configuration: Configuration) -> tuple[Path | None, Path | None, Path | None]:
    listen = configuration.settings.listen
    return (
        _located(configuration, listen.certificate),
        _located(configuration, listen.key),
        _located(configuration, listen.client_ca),
    )


def _located(configuration: Configuration, name: str) -> Path | None:
    return configuration.locate(name) if name else None


def agent_settings(configuration: Configuration) -> AgentSettings:
    """Of messages over HTTP."""
    agents = configuration.settings.agents
    return AgentSettings(
        paths=agents.paths,
        htpasswd=_located(configuration, agents.htpasswd),
        tokens=_located(configuration, agents.tokens),
        trusted_proxies=agents.trusted_proxies,
        required=None if agents.required == "auto" else bool(agents.required),
        hosts=agents.hosts,
    )


def message_endpoint(
    configuration: Configuration, dispatcher: Dispatcher, board: Board, journal: Journal, clock: Clock
) -> MessageEndpoint:
    """What answers to the paths of messages. Raises ConfigError for a file of users or tokens that is not there."""
    agents = agent_settings(configuration)
    credentials = Credentials(agents, clock, certificates=bool(configuration.settings.listen.client_ca))
    settings = (message_settings(configuration), agents)
    return MessageEndpoint(dispatcher, board, journal, clock, settings, credentials)


def credential_problems(configuration: Configuration) -> tuple[Problem, ...]:
    """The mistakes in the files of users and tokens, and what the settings of senders lack."""
    try:
        found = Credentials(agent_settings(configuration), SystemClock()).problems
    except ConfigError as error:
        found = error.problems
    return (*found, *_nobody_is_known(configuration))


def _nobody_is_known(configuration: Configuration) -> Iterator[Problem]:
    """Settings about users, where nobody can show who he is."""
    agents = configuration.settings.agents
    if agents.htpasswd or agents.tokens or configuration.settings.listen.client_ca:
        return
    origin = Origin(str(configuration.path or "hexmon.toml"))
    hint = "set [agents] htpasswd or tokens, or [listen] client_ca"
    if agents.required is True:
        yield Problem(
            origin, "agents.required: nothing says by what senders are known, so nobody is heard by HTTP", hint
        )
    if agents.hosts:
        yield Problem(origin, "agents.hosts: nothing says by what users are known, so it limits nobody", hint)


def web_certificates(configuration: Configuration, listeners: Sequence[WebSocket]) -> Certificates | None:
    """For the https listeners, where there are any; senders may show a certificate of theirs. Raises ConfigError."""
    if not any(listener.encrypted for listener in listeners):
        return None
    return Certificates(_pem_files(configuration), required=False)
