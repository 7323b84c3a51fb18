"""The same protocol through TLS: `tls://` addresses. The sender's close_notify ends the message."""

import logging
import socket
import ssl
from contextlib import suppress
from pathlib import Path

from hexmon.ingest.connection import Connection, Owner
from hexmon.model.origin import ConfigError, Origin, Problem

log = logging.getLogger(__name__)

_WAITS = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


def server_context(
    certificate: Path | None, key: Path | None, client_ca: Path | None = None, *, required: bool = True
) -> ssl.SSLContext:
    """The context for encrypted addresses; ConfigError when the files are missing or do not fit.

    With `client_ca` clients must show a certificate of these authorities, or may (`required` False).
    """
    origin = Origin("[listen]")
    if certificate is None:
        hint = "set certificate and key to PEM files"
        raise ConfigError((Problem(origin, "tls:// addresses need a certificate", hint),))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
        if client_ca is not None:
            context.load_verify_locations(client_ca)
            context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    except OSError as error:  # ssl.SSLError is one
        names = " and ".join(str(path) for path in (certificate, key, client_ca) if path)
        raise ConfigError((Problem(origin, f"{names}: {error.strerror or error}"),)) from error
    return context


class Certificates:
    """A context whose certificate is the one that lies in its files now: renewed ones need no restart.

    Raises ConfigError when they cannot be used at the start; later the old ones stay in force.
    """

    def __init__(self, files: tuple[Path | None, Path | None, Path | None], *, required: bool = True) -> None:
        """`files`: certificate, key, and the authorities of clients."""
        self._files = files
        self._required = required
        self._stamp = self._look()
        self._current = self.context = server_context(*files, required=required)
        # It is asked at every handshake, with a name or without.
        self.context.sni_callback = self._hand_out

    def _hand_out(self, wire: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:  # noqa: ARG002
        wire.context = self._current

    def renew(self) -> None:
        """Look at the files; blocking. New handshakes get what is in them."""
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._current = server_context(*self._files, required=self._required)
        except ConfigError as error:
            log.warning("the old certificate stays in force: %s", error)
        else:
            log.info("the certificate was renewed from %s", self._files[0])

    def _look(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_stamp(path) for path in self._files)


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


class TlsConnection(Connection):
    """A connection that begins with a handshake."""

    __slots__ = ("_shaking", "_tls")

    def __init__(
        self, owner: Owner, sock: socket.socket, sender: str, deadline: float, context: ssl.SSLContext
    ) -> None:
        sock.setblocking(False)
        self._tls = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self._shaking = True
        super().__init__(owner, self._tls, sender, deadline)

    def on_readable(self) -> None:
        if self._shaking and not self._shake():
            return
        super().on_readable()

    def on_writable(self) -> None:
        if self._shaking:
            if self._shake():
                self._watch(read=True)
            return
        super().on_writable()

    def _shake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._watch(read=True)
            return False
        except ssl.SSLWantWriteError:
            self._watch(read=True, write=True)
            return False
        except (OSError, ValueError):
            self.abort()
            return False
        self._shaking = False
        self._watch(read=True)
        return True

    def _receive(self, size: int) -> bytes:
        try:
            return self._tls.recv(size)
        except _WAITS as wait:
            raise BlockingIOError from wait

    def _send(self, data: memoryview) -> int:
        try:
            return self._tls.send(data)
        except _WAITS as wait:
            raise BlockingIOError from wait

    def _again(self) -> None:
        # Decrypted bytes may wait inside OpenSSL, where the event loop does not see them.
        if self._tls.pending():
            self._owner.loop.call_soon(self._more)

    def _more(self) -> None:
        if not self.closed:
            self.on_readable()

    def _farewell(self) -> None:
        with suppress(OSError, ValueError):  # the peer need not answer our close_notify
            self._tls.unwrap()
