"""Agents' messages and the settings that they are judged by, for tests."""

from time import thread_time

from hexmon.judge.clients.contract import ClientJudging
from hexmon.judge.clients.judge import AS_USUAL, judge_client
from hexmon.judge.clients.line_search import Effort
from hexmon.judge.clients.rules import Rule
from hexmon.judge.clients.selection import Selected
from hexmon.model.inventory import Host
from hexmon.model.status import ClientMessage, Report

DATE = "Fri Nov 20 08:00:00 UTC 2026"
NOW = 1795161600.0
HOST = Host(name="www.example.com")


def a_client_message(body: str, os_type: str = "linux", **fields: object) -> ClientMessage:
    """A message of HOST with the section [date] and `body`."""
    values: dict[str, object] = {
        "host": HOST.name,
        "collector": "",
        "os_type": os_type,
        "host_class": os_type,
        "sender": "127.0.0.1",
        "received": NOW,
        "message": f"client www,example,com.{os_type} {os_type}\n[date]\n{DATE}\n{body}".encode(),
    }
    return ClientMessage(**(values | fields))  # type: ignore[arg-type]


def squares(
    body: str, *rules: Rule, os_type: str = "linux", host: Host = HOST, settings: ClientJudging = AS_USUAL
) -> dict[str, Report]:
    """The squares that a message with this body becomes, by their tests."""
    judged = judge_client(
        a_client_message(body, os_type), host, Selected(*rules), NOW, settings, Effort(meter=thread_time)
    )
    return {report.key.test: report for report in judged.reports}


def figures(body: str, *rules: Rule, os_type: str = "linux") -> dict[str, str]:
    """The figures for the graphs that a message with this body becomes, by the names of their data sets."""
    judged = judge_client(a_client_message(body, os_type), HOST, Selected(*rules), NOW)
    return {one.key.test: one.text.decode() for one in judged.figures}
