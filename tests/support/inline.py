"""Threads that are none: what is given to the event loop's executor is done at once, so that a test can count on it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class _Inline(ThreadPoolExecutor):
    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the result
            done.set_exception(error)
        return done


def without_threads() -> None:
    """For the running loop."""
    asyncio.get_running_loop().set_default_executor(_Inline(1))
