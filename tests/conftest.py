"""What every test gets: the event loop of its run.

The loop is asyncio's own; HEXMON_TEST_LOOP=uvloop runs them on the one hexmon serves with.
"""

import asyncio
import os
from collections.abc import Callable, Mapping

import uvloop
from hypothesis import settings

# A machine that is busy with something else is no mistake of the code.
settings.register_profile("hexmon", deadline=None)
settings.load_profile("hexmon")

_LOOPS: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    name = os.environ.get("HEXMON_TEST_LOOP", "asyncio")
    return {name: _LOOPS[name]}
