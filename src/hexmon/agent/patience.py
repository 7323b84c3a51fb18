"""Asking what may never answer: a dead file server holds whoever looks at it, and only that thread may wait there."""

import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class NoAnswer(Exception):  # noqa: N818 - the name says what is so
    """Nothing came in time, or the same question has been waiting since an earlier report."""


class _Question(Generic[T]):
    """One question in a thread of its own, which nobody waits for at the end of the process."""

    def __init__(self, name: str, call: Callable[[], T]) -> None:
        self._call = call
        self.answer: list[T] = []
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.answer.append(self._call())
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            self.error = error


class Patience:
    """Waits so many seconds for an answer, or for many at once. What still hangs is not asked again meanwhile."""

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self._hanging: dict[str, threading.Thread] = {}

    def ask(self, name: str, call: Callable[[], T]) -> T:
        """The answer. Raises what `call` raises, and NoAnswer."""
        answer = self.ask_all({name: call})[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask_all(self, calls: Mapping[str, Callable[[], T]]) -> dict[str, T | Exception]:
        """The answers to all of them, asked at the same time; an exception where one failed or did not come."""
        asked: dict[str, _Question[T]] = {
            name: _Question(name, call) for name, call in calls.items() if not self._hangs(name)
        }
        deadline = monotonic() + self.seconds
        for question in asked.values():
            question.thread.join(max(deadline - monotonic(), 0.0))
        answers: dict[str, T | Exception] = {}
        for name in calls:
            outcome = self._outcome(name, asked.get(name))
            answers[name] = outcome
        return answers

    def _hangs(self, name: str) -> bool:
        thread = self._hanging.get(name)
        if thread is not None and not thread.is_alive():
            del self._hanging[name]
        return name in self._hanging

    def _outcome(self, name: str, question: _Question[T] | None) -> T | Exception:
        if question is None:
            return NoAnswer("no answer since an earlier report")
        if question.thread.is_alive():
            self._hanging[name] = question.thread
            return NoAnswer(f"no answer within {self.seconds:g} seconds")
        return question.error or question.answer[0]
