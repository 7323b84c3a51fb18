"""Questions to the board: which list guards each, whom it is about, and who answers it."""

from collections.abc import Callable, Iterator

import msgspec

from hexmon.board.answers import Answers
from hexmon.ingest.access import ListName
from hexmon.ingest.words import name_of


class Question(msgspec.Struct, frozen=True):
    """One kind of question. `about` gives the host concerned; `heard`: an unknown one is noted as a ghost."""

    ask: Callable[[Answers, bytes], bytes | Iterator[bytes]]
    access: ListName
    about: Callable[[bytes], str] | None = None
    heard: bool = False


def host_of(words: bytes) -> str:
    """The host of `HOST.TEST`, the first word; empty when there is none."""
    first = words.split(None, 1)[:1]
    if not first:
        return ""
    host, dot, _ = name_of(first[0]).rpartition(".")
    return (host if dot else name_of(first[0])).replace(",", ".")


# The only list of questions. `query` is guarded like a report: an agent may ask for its own squares.
QUERIES: dict[str, Question] = {
    "query": Question(Answers.query, "status", host_of, heard=True),
    "xymondlog": Question(Answers.log, "www"),
    "xymondxlog": Question(Answers.xml_log, "www", host_of, heard=True),
    "xymondboard": Question(Answers.iter_board, "www"),
    "xymondxboard": Question(Answers.iter_xml_board, "www"),
    "hostinfo": Question(Answers.iter_hostinfo, "www"),
    "clientlog": Question(Answers.client_log, "www"),
    "ghostlist": Question(Answers.ghost_list, "www"),
    "multisrclist": Question(lambda answers, _: answers.multi_source_list(), "www"),
}
