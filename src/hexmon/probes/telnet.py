"""Refusing telnet's options (RFC 854), so that a server comes to its banner; pure."""

_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240
_ANSWERS = {_DO: _WONT, _WILL: _DONT}
_MOST_ANSWERS = 100
_MOST_UNFINISHED = 4096
_COMMAND_BYTES = 2
_OPTION_BYTES = 3


class Negotiation:
    """Feed it what arrives: it gives back the text in it and what to answer. A server cannot make it grow."""

    def __init__(self) -> None:
        self._rest = b""
        self._answers = 0

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """(text, answer); an unfinished command is kept for the next call."""
        data = self._rest + data
        text = bytearray()
        answer = bytearray()
        position = 0
        while position < len(data):
            start = data.find(_IAC, position)
            if start < 0:
                start = len(data)
            text += data[position:start]
            length = _command_length(data, start)
            if length is None:
                position = start
                break
            answer += self._answer(data[start : start + length])
            if data[start : start + length] == b"\xff\xff":
                text.append(_IAC)
            position = start + length
        self._rest = bytes(data[position:]) if len(data) - position <= _MOST_UNFINISHED else b""
        return bytes(text), bytes(answer)

    def _answer(self, command: bytes) -> bytes:
        """Everything offered or asked for is declined; a server that never stops asking is not answered for ever."""
        if len(command) != _OPTION_BYTES or command[1] not in _ANSWERS or self._answers >= _MOST_ANSWERS:
            return b""
        self._answers += 1
        return bytes((_IAC, _ANSWERS[command[1]], command[2]))


def _command_length(data: bytes, start: int) -> int | None:
    """How long the command at `start` is, 0 at the end of the data; None when it is not complete."""
    if start >= len(data):
        return 0
    if start + 1 >= len(data):
        return None
    verb = data[start + 1]
    if verb in (_DO, _DONT, _WILL, _WONT):
        return _OPTION_BYTES if start + 2 < len(data) else None
    if verb == _SB:
        end = data.find(bytes((_IAC, _SE)), start)
        return None if end < 0 else end + 2 - start
    return _COMMAND_BYTES
