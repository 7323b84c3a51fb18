"""A little server in a thread, for commands that run an event loop of their own."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator


@contextlib.contextmanager
def thread_callers(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Lets it talk with one caller after the other, for five seconds each; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), caller:
                caller.settimeout(5)
                talk(caller)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@contextlib.contextmanager
def thread_server(greeting: bytes, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Says the greeting to every caller, whatever it hears, and ends; gives the port."""

    def talk(caller: socket.socket) -> None:
        with tls.wrap_socket(caller, server_side=True) if tls else contextlib.nullcontext(caller) as stream:
            stream.sendall(greeting)
            stream.recv(65536)

    with thread_callers(talk) as port:
        yield port


@contextlib.contextmanager
def thread_datagrams(answers: Callable[[bytes], Iterable[bytes]]) -> Iterator[int]:
    """Answers every datagram; gives the port."""
    with socket.socket(type=socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, sender = listener.recvfrom(65535)
                if not data:
                    return
                for answer in answers(data):
                    listener.sendto(answer, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.sendto(b"", listener.getsockname())
            thread.join()
