"""What is done for each command of the protocol. Refused and useless ones are answered too: with nothing."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from hexmon import __version__
from hexmon.board.answers import Answers
from hexmon.board.board import Board
from hexmon.board.fields import Xmh, plain_xmh
from hexmon.clock import Clock
from hexmon.ingest import messages as say
from hexmon.ingest.access import ANYWHERE, Access, ListName, Refusals
from hexmon.ingest.answer import NO_ANSWER, Answer
from hexmon.ingest.clients import take_client
from hexmon.ingest.files import Files
from hexmon.ingest.outside import NOBODY, Outside
from hexmon.ingest.protocol import parse, parse_status
from hexmon.ingest.queries import QUERIES
from hexmon.ingest.save_next import arm
from hexmon.model.names import HOST_NAME, SUMMARY_HOST
from hexmon.model.status import UNTIL_OK, AckInfo, Report
from hexmon.model.text import nl_encode_bytes

log = logging.getLogger(__name__)

# Scripts look for "xymond" and a digit: 4.3.30 is the dialect spoken here.
VERSION_LINE = f"xymond 4.3.30 hexmon/{__version__}\n".encode()

_MINUTE = 60.0
_STEP = 100  # messages of a big combo handled before others get their turn
_MOST_SENDERS = 10_000


class Handler(msgspec.Struct, frozen=True):
    """How one command is handled: its function, the list that guards it, and whose own address is excused from that."""

    run: Callable[["Dispatcher", Any, str], Answer]
    access: ListName | None = None
    about: Callable[[Any], str] | None = None


class Dispatcher:
    """Handles whole messages: what is not for somebody `outside` goes to the board.

    `counts`: messages by the name of their command's class; `Refused` for those that the access lists kept out.
    """

    def __init__(
        self,
        board: Board,
        access: Access,
        files: Files,
        clock: Clock,
        *,
        outside: Outside = NOBODY,
        xmh: Xmh = plain_xmh,
    ) -> None:
        self.board = board
        self.answers = Answers(board, xmh)
        self.access = access
        self.files = files
        self.clock = clock
        self.outside = outside
        self.lifetime = board.settings.status_lifetime
        self.counts: Counter[str] = Counter()
        self.senders: dict[str, int] = {}
        self._refusals = Refusals()
        self._report = board.report

    def handle(self, message: bytes, sender: str) -> Answer:
        """Do what a message says, on behalf of the address it came from. Never raises."""
        self._count(sender)
        try:
            command = parse(message, sender, self.lifetime)
            if type(command) is not Report:
                return self.obey(command, sender)
            if not self.access.everybody:
                return self.report(command, sender)
            self.counts["Report"] += 1
            ticket = self._report(command)
            return Answer(ticket=ticket) if ticket else NO_ANSWER
        except Exception:
            # A mistake of ours in one command must not take the others down; the sender sees an empty answer.
            log.exception("messages: from %s, not handled: %r", sender, message[:200])
            self.counts["Failed"] += 1
            return NO_ANSWER

    def handle_in_steps(self, message: bytes, sender: str) -> Iterator[int]:
        """A big message of many parts: tickets, with pauses in which others are served. Never raises."""
        self._count(sender)
        try:
            command = parse(message, sender, self.lifetime)
            self.counts[type(command).__name__] += 1
            handle, parts = _parts(self, command)
            for start in range(0, len(parts), _STEP):
                yield handle(parts[start : start + _STEP], sender)
        except Exception:
            log.exception("messages: from %s, not handled to its end: %r", sender, message[:200])
            self.counts["Failed"] += 1

    def _count(self, sender: str) -> None:
        senders = self.senders
        if sender in senders:
            senders[sender] += 1
        elif len(senders) < _MOST_SENDERS:
            senders[sender] = 1

    def report(self, report: Report, sender: str) -> Answer:
        """A status or a summary."""
        self.counts["Report"] += 1
        if not self.access.everybody and not self._may_report(report, sender):
            return NO_ANSWER
        ticket = self._report(report)
        return Answer(ticket=ticket) if ticket else NO_ANSWER

    def _may_report(self, report: Report, sender: str) -> bool:
        host = report.key.host
        return host == SUMMARY_HOST or self.may("status", sender, host, "status")

    def obey(self, command: say.AnyCommand, sender: str) -> Answer:
        """Any other command, if this sender may give it."""
        name = type(command).__name__
        self.counts[name] += 1
        handler = COMMANDS[type(command)]
        if handler.access is not None and not self.access.everybody:
            host = handler.about(command) if handler.about is not None else None
            if not self.may(handler.access, sender, host, name):
                return NO_ANSWER
        return handler.run(self, command, sender)

    def may(self, name: ListName, sender: str, host: str | None, what: str) -> bool:
        """Whether the access lists let it pass; says once of each sender when not."""
        address = None
        if host:
            known = self.board.inventory.find(host)
            address = known.ip if known is not None else None
            if name == "maint" and address == ANYWHERE:
                address = None  # anybody could silence a host without a fixed address
        if self.access.allows(name, sender, address):
            return True
        self.counts["Refused"] += 1
        self._refusals.tell(sender, what, name)
        return False

    def combo(self, command: say.Combo, sender: str) -> Answer:
        """Each status by itself."""
        ticket = self._statuses(command.parts, sender)
        return Answer(ticket=ticket) if ticket else NO_ANSWER

    def _statuses(self, parts: list[bytes], sender: str) -> int:
        last = 0
        everybody, report, lifetime = self.access.everybody, self._report, self.lifetime
        for part in parts:
            if not part.startswith(b"status"):
                continue
            command = parse_status(part, sender, lifetime)
            if type(command) is Report:
                if everybody or self._may_report(command, sender):
                    last = max(last, report(command))
            else:
                last = max(last, self.obey(command, sender).ticket)
        self.counts["Report"] += len(parts)
        return last

    def extcombo(self, command: say.ExtCombo, sender: str) -> Answer:
        """Each part as a message of its own; their answers are not used, and they do not nest."""
        return _done(self._messages(command.parts, sender))

    def _messages(self, parts: Sequence[bytes], sender: str) -> int:
        last = 0
        for part in parts:
            if not part.startswith(b"extcombo"):
                inner = parse(part, sender, self.lifetime)
                answer = self.report(inner, sender) if isinstance(inner, Report) else self.obey(inner, sender)
                last = max(last, answer.ticket)
        return last

    def note_ghost(self, host: str, sender: str) -> None:
        """Somebody spoke of a host; remember the name when nobody knows it."""
        board = self.board
        if host and board.settings.ghosts in ("log", "match") and HOST_NAME.match(host) and not board.canonical(host):
            board.ghosts.saw(host, sender, self.clock.now())

    def useless(self, command: say.Useless, sender: str) -> Answer:
        """Nothing is done; a host nobody knows is noted all the same."""
        self.note_ghost(command.host, command.sender)
        log.debug("messages: from %s: %s", sender, command.reason)
        return NO_ANSWER

    def nothing(self, command: say.Nothing, sender: str) -> Answer:  # noqa: ARG002
        """Accepted."""
        return NO_ANSWER

    def to_workers(self, command: say.ToWorkers, sender: str) -> Answer:  # noqa: ARG002
        """Forget cached files, or read the configuration again."""
        if command.word == "flush filecache":
            self.files.flush()
        else:
            self.outside.reload(command.word)
        return NO_ANSWER

    def data(self, command: say.Data, sender: str) -> Answer:  # noqa: ARG002
        """Numbers for the graphs."""
        return _done(self.board.data(command.key.host, command.key.test, command.sender, command.text))

    def client(self, command: say.ClientData, sender: str) -> Answer:  # noqa: ARG002
        """Keep an agent's data, have it judged, and tell the agent what to watch."""
        return take_client(self.board, self.files, self.outside, command, self.clock.now())

    def disable(self, command: say.Disable, sender: str) -> Answer:  # noqa: ARG002
        """Silence tests; the end is rounded up to the next whole minute."""
        until = UNTIL_OK
        if command.minutes is not None:
            until = -(-(int(self.clock.now()) + command.minutes * _MINUTE) // _MINUTE) * _MINUTE
        return _done(self.board.disable(command.host, command.test, until, command.text))

    def enable(self, command: say.Enable, sender: str) -> Answer:  # noqa: ARG002
        """The end of the silence."""
        return _done(self.board.enable(command.host, command.test))

    def modify(self, command: say.Modifications, sender: str) -> Answer:
        """Colours by back ends."""
        return _done(self._modify(command.items, sender))

    def _modify(self, items: Sequence[say.Modify], sender: str) -> int:
        last = 0
        for item in items:
            self.note_ghost(item.key.host, sender)
            if self.access.everybody or self.may("status", sender, item.key.host, "modify"):
                last = max(last, self.board.modify(item.key, item.color, item.source, item.cause))
        return last

    def acknowledge(self, command: say.Acknowledge, sender: str) -> Answer:  # noqa: ARG002
        """By cookie."""
        seconds = command.minutes * _MINUTE
        return _done(self.board.acknowledge(command.cookie, seconds, command.text, command.whole_host))

    def ack_note(self, command: say.AckNote, sender: str) -> Answer:  # noqa: ARG002
        """By level and user."""
        self.note_ghost(command.host, command.sender)
        until = (now := self.clock.now()) + command.seconds
        info = AckInfo(command.level, command.user, now, until, until, command.text)
        return _done(self.board.ack_info(command.host, command.test, info))

    def drop(self, command: say.Drop, sender: str) -> Answer:  # noqa: ARG002
        """Forget."""
        return _done(self.board.drop(command.host, command.test))

    def rename_host(self, command: say.RenameHost, sender: str) -> Answer:  # noqa: ARG002
        """A host's new name."""
        return _done(self.board.rename_host(command.host, command.new_host))

    def rename_test(self, command: say.RenameTest, sender: str) -> Answer:  # noqa: ARG002
        """A test's new name."""
        return _done(self.board.rename_test(command.host, command.test, command.new_test))

    def notice(self, command: say.Notice, sender: str) -> Answer:
        """Tell people something once."""
        access: ListName = "status" if command.kind == "usermsg" else "maint"
        if command.kind == "notify":
            self.note_ghost(command.subject.rpartition(".")[0], sender)
        if not self.access.everybody and not self.may(access, sender, None, command.kind):
            return NO_ANSWER
        return _done(self.board.notice(command.kind, command.subject, command.sender, command.text))

    def schedule(self, command: say.ScheduleAt, sender: str) -> Answer:
        """Keep a command for later; whether this sender may give it is decided then."""
        return _done(self.board.schedule(command.at, sender, command.command))

    def schedule_cancel(self, command: say.ScheduleCancel, sender: str) -> Answer:  # noqa: ARG002
        """Do not run it."""
        return _done(self.board.cancel(command.id))

    def run_due(self) -> int:
        """Run the scheduled commands whose time has come; returns how many."""
        jobs = self.board.due_commands(self.clock.now())
        for job in jobs:
            self.handle(job.command, job.sender)
            # Forgotten after what it did is in the journal: a crash between may run it twice, but never loses it.
            self.board.cancel(job.id)
        return len(jobs)

    def config(self, command: say.GetConfig, sender: str) -> Answer:  # noqa: ARG002
        """A configuration file."""
        return Answer(self.files.config(command.name))

    def download(self, command: say.GetDownload, sender: str) -> Answer:  # noqa: ARG002
        """A file for a client."""
        return Answer(self.files.download(command.name))

    def query(self, command: say.Query, sender: str) -> Answer:
        """A question to the board."""
        question = QUERIES[command.verb]
        host = question.about(command.words) if question.about is not None else None
        if question.heard and host:
            self.note_ghost(host, sender)
        # A host may ask for its own squares where it may report them, but not read what is meant for pages.
        mine = host if question.access == "status" else None
        if not self.access.everybody and not self.may(question.access, sender, mine, command.verb):
            return NO_ANSWER
        return Answer(question.ask(self.answers, command.words))

    def host_data_save(self, command: say.HostDataSave, sender: str) -> Answer:  # noqa: ARG002
        """Keep the next client message of a host."""
        return Answer(arm(self.board, self.outside.save_next, command))

    def list_schedule(self, command: say.ScheduleList, sender: str) -> Answer:  # noqa: ARG002
        """What is still to run."""
        jobs = sorted(self.board.scheduled(), key=lambda job: job.id, reverse=True)
        lines = (b"%d|%d|%s|%s\n" % (job.id, job.at, job.sender.encode(), nl_encode_bytes(job.command)) for job in jobs)
        return Answer(b"".join(lines))

    def ping(self, command: say.Ping, sender: str) -> Answer:  # noqa: ARG002
        """The version."""
        return Answer(VERSION_LINE)

    def sender_statistics(self, command: say.SenderStatistics, sender: str) -> Answer:  # noqa: ARG002
        """Messages by sender."""
        return Answer("".join(f"{address} {count}\n" for address, count in sorted(self.senders.items())).encode())


def _done(ticket: int) -> Answer:
    return Answer(ticket=ticket) if ticket else NO_ANSWER


def _parts(dispatcher: Dispatcher, command: say.AnyCommand) -> tuple[Callable[[Any, str], int], Sequence[Any]]:
    """Who handles some parts of a message of many, and the parts; any other has none."""
    if isinstance(command, say.Combo):
        return dispatcher._statuses, command.parts
    if isinstance(command, say.ExtCombo):
        return dispatcher._messages, command.parts
    return dispatcher._modify, command.items if isinstance(command, say.Modifications) else []


def _host(command: Any) -> str:
    return str(command.host)


def _host_of_key(command: Any) -> str:
    return str(command.key.host)


# The only list of what is done for a command and who may ask for it. `modify`, notices and queries look by themselves.
COMMANDS: dict[type, Handler] = {
    say.Useless: Handler(Dispatcher.useless),
    say.Nothing: Handler(Dispatcher.nothing),
    say.ToWorkers: Handler(Dispatcher.to_workers),
    say.Combo: Handler(Dispatcher.combo),
    say.ExtCombo: Handler(Dispatcher.extcombo),
    say.Data: Handler(Dispatcher.data, "status", _host_of_key),
    say.ClientData: Handler(Dispatcher.client, "status", _host),
    say.Disable: Handler(Dispatcher.disable, "maint", _host),
    say.Enable: Handler(Dispatcher.enable, "maint", _host),
    say.Modifications: Handler(Dispatcher.modify),
    say.Acknowledge: Handler(Dispatcher.acknowledge, "maint"),
    say.AckNote: Handler(Dispatcher.ack_note, "maint"),
    say.Drop: Handler(Dispatcher.drop, "admin"),
    say.RenameHost: Handler(Dispatcher.rename_host, "admin"),
    say.RenameTest: Handler(Dispatcher.rename_test, "admin"),
    say.Notice: Handler(Dispatcher.notice),
    say.ScheduleAt: Handler(Dispatcher.schedule),
    say.ScheduleCancel: Handler(Dispatcher.schedule_cancel),
    say.ScheduleList: Handler(Dispatcher.list_schedule),
    say.GetConfig: Handler(Dispatcher.config, "status"),
    say.GetDownload: Handler(Dispatcher.download, "status"),
    say.Query: Handler(Dispatcher.query),
    say.HostDataSave: Handler(Dispatcher.host_data_save, "admin"),
    say.Ping: Handler(Dispatcher.ping),
    say.SenderStatistics: Handler(Dispatcher.sender_statistics),
}
