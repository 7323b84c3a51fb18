"""Who waits for which message to be safe: the journal of a message server that has no database."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from hexmon.board.store import Record


class Receipt:
    """A message, of one part or several, on its way. It is done when every part is settled at every place."""

    def __init__(self, done: Callable[["Receipt"], None], number: int, size: int) -> None:
        self.number = number
        self.size = size
        self.reply = b""
        self.lost = False  # a part is safe nowhere
        self.in_steps = False  # its connection is closed without asking for the answer
        self.callbacks: list[Callable[[], None]] = []
        self._open = 1
        self._done = done

    def part(self, places: int) -> Callable[[bool], None]:
        """For a part that goes to so many places: to be called once for each, with whether it is safe there."""
        self._open += 1
        left, safe = places, False

        def settle(kept: bool) -> None:
            nonlocal left, safe
            left, safe = left - 1, safe or kept
            if left == 0:
                self.lost |= not safe
                self.close()

        return settle

    def close(self) -> None:
        """There are no more parts."""
        self._open -= 1
        if self._open == 0:
            self._done(self)

    def answer(self) -> Iterator[bytes]:
        """The reply, asked for when all is settled. OSError resets the connection: nothing was acknowledged."""
        if self.lost:
            raise ConnectionAbortedError("the message is not safe anywhere")
        if self.reply:
            yield self.reply


class Receipts:
    """The open ones, as a message server looks at a journal: what is not safe is not durable. `depth` is bytes."""

    trouble = ""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._open: dict[int, Receipt] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._open)

    def take(self, size: int) -> Receipt:
        """For a message of `size` bytes."""
        receipt = Receipt(self._done, next(self._numbers), size)
        self._open[receipt.number] = receipt
        self._bytes += size
        return receipt

    def _done(self, receipt: Receipt) -> None:
        del self._open[receipt.number]
        self._bytes -= receipt.size
        if receipt.lost and receipt.in_steps:
            return  # the server will reset the connection when its time is over
        for callback in receipt.callbacks:
            callback()

    def append(self, records: Sequence[Record]) -> int:  # noqa: ARG002
        """Nobody writes records here."""
        return 0

    def when_durable(self, ticket: int, callback: Callable[[], None]) -> None:
        """Call back when that receipt is done."""
        receipt = self._open.get(ticket)
        if receipt is None:
            callback()
        else:
            receipt.callbacks.append(callback)

    async def durable(self, ticket: int) -> None:  # noqa: ARG002
        """Nobody waits like this."""
        return

    def depth(self) -> int:
        """How many bytes are on their way."""
        return self._bytes
