"""Many HTTP transfers at once: libcurl's multi interface (libcurl-multi(3)), driven by the event loop."""

import asyncio
import contextlib
import select
import ssl
from collections.abc import Callable

import pycurl

_MOST_IDLE = 512
_EVENTS = {
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_NONE: 0,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}
_BATCH = 512


class TransferError(Exception):
    """libcurl's error code and text."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def prepare_authorities(handle: pycurl.Curl) -> None:
    """Believe those of this machine: libcurl was built on another one."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        handle.setopt(pycurl.CAINFO, paths.cafile)
    if paths.capath:
        handle.setopt(pycurl.CAPATH, paths.capath)


class CurlEngine:
    """Runs easy handles. Their sockets live in one epoll instance of its own, which the loop watches.

    `connections` is how many of them stay open for later transfers; checks want a new one each time, so they keep one.
    """

    def __init__(self, *, connections: int = 1) -> None:
        self._loop = asyncio.get_running_loop()
        self._epoll = select.epoll()
        self._known: set[int] = set()
        self._idle: list[pycurl.Curl] = []
        self._running: dict[pycurl.Curl, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._loop.add_reader(self._epoll.fileno(), self._wake)

    def close(self) -> None:
        """Give up what is running."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._epoll.fileno())
        for handle, future in self._running.items():
            self._multi.remove_handle(handle)
            handle.close()
            future.cancel()
        self._running.clear()
        self._multi.close()
        for handle in self._idle:
            handle.close()
        self._epoll.close()

    async def perform(
        self,
        prepare: Callable[[pycurl.Curl], None],
        examine: Callable[[pycurl.Curl], None],
        *,
        reusable: bool = True,
    ) -> None:
        """Run one transfer; `examine` sees the handle when it has ended well or badly; raises TransferError.

        Not `reusable`: the handle keeps what a reset does not take away (its cookies), and is closed.
        """
        handle = self._idle.pop() if self._idle else pycurl.Curl()
        future: asyncio.Future[None] = self._loop.create_future()
        try:
            prepare(handle)
        except (pycurl.error, ValueError) as error:  # a NUL in a header, a setting this build does not have
            handle.close()
            raise TransferError(pycurl.E_FAILED_INIT, str(error)) from None
        self._running[handle] = future
        self._multi.add_handle(handle)
        try:
            await future
        finally:
            if self._running.pop(handle, None) is not None:
                self._multi.remove_handle(handle)
            examine(handle)
            self._put_back(handle, reusable)

    def _put_back(self, handle: pycurl.Curl, reusable: bool) -> None:
        if reusable and len(self._idle) < _MOST_IDLE:
            handle.reset()
            self._idle.append(handle)
        else:
            handle.close()

    # libcurl's callbacks

    def _watch(self, what: int, descriptor: int, _multi: pycurl.CurlMulti, _data: object) -> None:
        """Keep the epoll instance as libcurl wants it, also when it closed a descriptor before giving it up."""
        if what == pycurl.POLL_REMOVE:
            self._known.discard(descriptor)
            with contextlib.suppress(OSError):
                self._epoll.unregister(descriptor)
        elif descriptor in self._known:
            try:
                self._epoll.modify(descriptor, _EVENTS[what])
            except FileNotFoundError:
                self._epoll.register(descriptor, _EVENTS[what])
        else:
            self._known.add(descriptor)
            self._epoll.register(descriptor, _EVENTS[what])

    def _set_timer(self, milliseconds: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if milliseconds >= 0:
            self._timer = self._loop.call_later(milliseconds / 1000, self._time_out)

    def _time_out(self) -> None:
        self._timer = None
        self._act(pycurl.SOCKET_TIMEOUT, 0)
        self._collect()

    def _wake(self) -> None:
        for descriptor, events in self._epoll.poll(0, _BATCH):
            mask = 0
            if events & (select.EPOLLIN | select.EPOLLHUP):
                mask |= pycurl.CSELECT_IN
            if events & select.EPOLLOUT:
                mask |= pycurl.CSELECT_OUT
            if events & select.EPOLLERR:
                mask |= pycurl.CSELECT_ERR
            self._act(descriptor, mask)
        self._collect()

    def _act(self, descriptor: int, mask: int) -> None:
        self._multi.socket_action(descriptor, mask)

    def _collect(self) -> None:
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for handle in succeeded:
                self._ended(handle, None)
            for handle, code, message in failed:
                self._ended(handle, TransferError(code, message))

    def _ended(self, handle: pycurl.Curl, error: TransferError | None) -> None:
        self._multi.remove_handle(handle)
        future = self._running.pop(handle, None)
        if future is None or future.done():
            return
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
