"""A run in a process of its own, which may be killed at one of its steps."""

import multiprocessing
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")


def run_once(play: Callable[[R], None], run: R) -> int | None:
    """How the process ended; it may not hang."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([play.__module__])
    process = context.Process(target=play, args=(run,), daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode is not None, "it hangs"
    return process.exitcode
