"""Everything else: services by their Apprise URLs (https://github.com/caronc/apprise/wiki).

Apprise is slow to import and waits for its servers, so both happen in threads, and only when such a channel is used.
"""

import asyncio
import contextlib
import logging
import re
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from hexmon.alerts.notify.contract import Channel, NotifierType, NotifyTools, Outcome, Sent
from hexmon.alerts.notify.http_options import STRICT
from hexmon.alerts.notify.limits import cut
from hexmon.alerts.notify.words import in_words
from hexmon.config.settings import checked
from hexmon.model.color import Color
from hexmon.model.incident import Delivery, Kind

_MOST_THREADS = 16  # more wait for servers that never answer: no further ones are started
_REMEMBERED = 1000  # deliveries of which a part has been sent
_SHORTEST_SECRET = 4
_SHOWN = 200
_SHARE = 0.9  # of the time limit, so that what was taken until then is not forgotten
_SILENT = "no answer in time"

Type = Literal["info", "success", "warning", "failure"]


def _read(url: str) -> None:
    if not _apprise().Apprise.instantiate(url):
        raise ValueError(f"Apprise does not know such a URL ({_scheme(url)}://...)")


@dataclass(frozen=True, kw_only=True)
class AppriseOptions:
    """Where to: one URL for each service."""

    __pydantic_config__ = STRICT
    urls: tuple[Annotated[str, checked(_read)], ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.urls:
            raise ValueError("urls must name at least one service")


async def send(delivery: Delivery, channel: Channel, tools: NotifyTools) -> Sent:
    """To each URL; those that took this delivery in an earlier attempt are left out."""
    options: AppriseOptions = channel.options
    words = in_words(delivery, tools)
    done = _done.of(channel, delivery)
    left = [index for index in range(len(options.urls)) if index not in done]
    links = "\n".join(f"{word}: {url}" for word, url in (("Open", words.link), ("Acknowledge", words.ack)) if url)
    body = "\n\n".join(filter(None, (words.summary, words.detail, links))) or words.title
    kind = _type(delivery)
    jobs = {index: _in_thread(_notify(options.urls[index], words.title, body, kind)) for index in left}
    await asyncio.wait(jobs.values(), timeout=channel.timeout * _SHARE)
    results = {index: job.result() if job.done() else _SILENT for index, job in jobs.items()}
    done.update(index for index, failure in results.items() if failure is None)
    bad = [cut(" ".join(failure.split()), _SHOWN) for failure in results.values() if failure is not None]
    if not bad:
        _done.forget(channel, delivery)
        return Sent(Outcome.SENT, f"{len(options.urls)} taken")
    return Sent(Outcome.LATER, f"{len(bad)} of {len(options.urls)} failed: {'; '.join(dict.fromkeys(bad))}")


def _type(delivery: Delivery) -> Type:
    message = delivery.message
    match message.kind:
        case Kind.RECOVERY:
            return "success"
        case Kind.DISABLED | Kind.NOTICE:
            return "info"
        case _:
            return "failure" if message.color is Color.RED else "warning"


Job = Callable[[], str | None]


def _notify(url: str, title: str, body: str, kind: Type) -> Job:
    """Sends through one URL; the job returns what went wrong, None when nothing did."""

    def job() -> str | None:
        library, said = _apprise(), _heard.begin()
        sender = library.Apprise(asset=library.AppriseAsset(async_mode=False, service_timeout=0))
        if not sender.add(url):
            return f"Apprise does not know such a URL ({_scheme(url)}://...)"
        if sender.notify(body=body, title=title, notify_type=kind, body_format="text"):
            return None
        return _hidden("; ".join(said) or f"{_scheme(url)} did not take it", url)

    return job


def _scheme(url: str) -> str:
    return re.sub(r"[^a-z0-9+.-]", "", url.partition(":")[0].lower())[:30] or "?"


def _hidden(text: str, url: str) -> str:
    """Without any part of the URL that may be a secret: only its scheme is none for sure."""
    parts = [part for part in re.split(r"[/:@?&=,]+", url.partition(":")[2]) if len(part) >= _SHORTEST_SECRET]
    for part in sorted({*parts, *map(unquote, parts)}, key=len, reverse=True):
        text = text.replace(part, "***")
    return text


@cache
def _apprise() -> Any:
    """The library. Its log is kept out of ours, and that of what it asks with: both may hold URLs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its many modules use what is on its way out of Python
        import apprise

        apprise.Apprise.instantiate("json://localhost")  # loads them

    for name in ("apprise", "urllib3"):
        logging.getLogger(name).propagate = False
    logging.getLogger("apprise").setLevel(logging.WARNING)
    logging.getLogger("apprise").addHandler(_heard)
    return apprise


class _Heard(logging.Handler):
    """What the library logs in each thread: it says there why it failed, and nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._of_thread = threading.local()

    def begin(self) -> list[str]:
        """The list that this thread's warnings are added to from now on."""
        self._of_thread.said = said = list[str]()
        return said

    def emit(self, record: logging.LogRecord) -> None:
        said = getattr(self._of_thread, "said", None)
        if said is not None and len(said) < 3:
            said.append(record.getMessage()[:1000])


_heard = _Heard()
_threads = threading.BoundedSemaphore(_MOST_THREADS)


def _in_thread(job: Job) -> asyncio.Future[str | None]:
    """Run it in a thread that nothing waits for at the end of the process: a hanging one must not keep us."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str | None] = loop.create_future()
    if not _threads.acquire(blocking=False):
        future.set_result(f"{_MOST_THREADS} earlier ones still wait for their servers")
        return future

    def tell(failure: str | None) -> None:
        if not future.done():
            future.set_result(failure)

    def work() -> None:
        try:
            failure = job()
        except BaseException as error:  # noqa: BLE001 - whatever a plugin of the library does
            failure = type(error).__name__
        finally:
            _threads.release()
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(tell, failure)

    threading.Thread(target=work, name="apprise", daemon=True).start()
    return future


class _Done:
    """Which URLs took which delivery already, so that a retry is only for the others. Lost with the process."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, int, float], set[int]] = OrderedDict()

    def of(self, channel: Channel, delivery: Delivery) -> set[int]:
        """To be added to."""
        found = self._found.setdefault((channel.name, delivery.number, delivery.created), set())
        while len(self._found) > _REMEMBERED:
            self._found.popitem(last=False)
        return found

    def forget(self, channel: Channel, delivery: Delivery) -> None:
        """All have taken it."""
        self._found.pop((channel.name, delivery.number, delivery.created), None)


_done = _Done()

NOTIFIER = NotifierType(name="apprise", options=AppriseOptions, send=send, concurrency=4)
