"""An agent's message to reports and figures: xymond_client(8) as a function."""

import msgspec

from hexmon.judge.clients.contract import ClientJudging, Figures, HostRules, Square, View
from hexmon.judge.clients.systems import system_of
from hexmon.model.client import ClientData
from hexmon.model.color import WORDS
from hexmon.model.inventory import Host
from hexmon.model.names import StatusKey, host_to_wire
from hexmon.model.status import ClientMessage, DataMessage, Report

_LONGEST_DATE = 200  # characters

AS_USUAL = ClientJudging()


class Judged(msgspec.Struct, frozen=True):
    """What a message says; both empty for a system that nobody knows."""

    reports: tuple[Report, ...] = ()
    figures: tuple[DataMessage, ...] = ()


def judge_client(
    message: ClientMessage, host: Host, rules: HostRules, now: float, settings: ClientJudging = AS_USUAL
) -> Judged:
    """Every square and all figures of a message, except the squares of the host's NOCOLUMNS. `now`: epoch seconds."""
    # What collectors send that nobody knows is data for other programs, not an unknown system.
    system = system_of(message.os_type, unknown=settings.unknown_systems and not message.collector)
    if system is None:
        return Judged()
    data = ClientData(message.message)
    date = _date(data)
    if date is None and system.needs_date:
        return Judged()
    view = View(message=message, data=data, system=system, host=host, rules=rules, now=now, settings=settings)
    made = [one for maker in system.makers for one in maker(view)]
    reports = [
        _report(message, host, date, one) for one in made if isinstance(one, Square) and one.test not in host.nocolumns
    ]
    figures = [
        DataMessage(
            key=StatusKey(host.name, one.name), text=one.text.encode(errors="surrogateescape"), sender=message.sender
        )
        for one in made
        if isinstance(one, Figures)
    ]
    return Judged(tuple(reports), tuple(figures))


def _date(data: ClientData) -> str | None:
    """As the agent wrote it, be it more lines than one or none at all; None when it did not send that section."""
    text = data.get("date")
    if text is None:
        return None
    # The newline before the next section is none of the text; that at the end of a message is.
    return text[:_LONGEST_DATE].removesuffix("\n") if data.names[-1] != "date" else text[:_LONGEST_DATE]


def _report(message: ClientMessage, host: Host, date: str | None, square: Square) -> Report:
    groups = f"/group:{','.join(square.groups)}" if square.groups else ""
    comment = f"{square.comment} " if square.comment else ""
    when = square.date or (square.undated if date is None else date)
    line = f"{when} {square.line}" if square.line else when
    body = square.body.rstrip("\n")
    text = f"{WORDS[square.color]} {comment}{line}\n{body}\n\nStatus message received from {message.sender}\n"
    return Report(
        key=StatusKey(host.name, square.test),
        color=square.color,
        text=text.encode(errors="surrogateescape"),
        sender=message.sender,
        groups=square.groups,
        head=f"status{groups} {host_to_wire(host.name)}.{square.test} ".encode(errors="surrogateescape"),
    )
