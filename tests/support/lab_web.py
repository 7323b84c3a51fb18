"""A web server for the lab, whose answer depends on the path: good, failing and odd ones."""

import socket
import struct
from collections.abc import Callable

Answer = Callable[[socket.socket, bytes], None]

HTML = b"<html><head><title>Status</title></head><body class=x>All is OK, load 42\nsecond line</body></html>"
TEXT = b"All is OK\nerrors: 0\nversion 1.2.3\n"
LATIN = b"caf\xe9 \x00 zero\r\nAll is OK\r\n"


def _head(status: str, length: int, kind: str = "text/html", extra: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nX-Lab: yes please\r\n{extra}"
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode()


def _page(body: bytes, kind: str = "text/html", status: str = "200 OK", extra: str = "") -> Answer:
    return lambda connection, _request: connection.sendall(_head(status, len(body), kind, extra) + body)


def _raw(*parts: bytes) -> Answer:
    return lambda connection, _request: connection.sendall(b"".join(parts))


def _reset(connection: socket.socket, _request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _silent(connection: socket.socket, _request: bytes) -> None:
    connection.recv(4096)


def _echo(connection: socket.socket, request: bytes) -> None:
    """The request line, headers and body, so that a content check can look at what was sent."""
    connection.sendall(_head("200 OK", len(request), "text/plain") + request)


def _auth(connection: socket.socket, request: bytes) -> None:
    if b"\r\nAuthorization: Basic dXNlcjpzM2NyOnQ=\r\n" in request:  # user:s3cr:t
        connection.sendall(_head("200 OK", len(TEXT), "text/plain") + TEXT)
    else:
        connection.sendall(_head("401 Unauthorized", 0, extra='WWW-Authenticate: Basic realm="lab"\r\n'))


PATHS: dict[str, Answer] = {
    "/": _page(HTML),
    "/text": _page(TEXT, "text/plain; charset=utf-8"),
    "/upper": _page(TEXT, "Text/Plain"),
    "/latin": _page(LATIN, "text/plain"),
    "/pdf": _page(b"%PDF-1.4 not really", "application/pdf"),
    "/none": _raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
    "/json": _page(b'{"status": "ok", "load": [1, 2.5]}', "application/json"),
    "/zero": _page(b""),
    "/large": _page(b"x" * 300_000 + b"END OF IT", "text/plain"),
    "/unending": _raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", TEXT),
    "/chunked": _raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"6\r\nAll is\r\n4\r\n OK \r\n0\r\n\r\n",
    ),
    "/continue": _raw(b"HTTP/1.1 100 Continue\r\n\r\n", _head("200 OK", len(TEXT), "text/plain"), TEXT),
    "/cut": _raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nAll is OK"),
    "/old": _raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", HTML),
    "/noreason": _raw(b"HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n"),
    "/reset": _reset,
    "/nothing": lambda _connection, _request: None,
    "/garbage": _raw(b"220 this is no web server\r\n"),
    "/silent": _silent,
    "/echo": _echo,
    "/auth": _auth,
    "/moved": _page(b"", status="301 Moved Permanently", extra="Location: /text\r\n"),
    "/found": _page(b"see there", status="302 Found", extra="Location: /text\r\n"),
    "/cookie": _page(TEXT, "text/plain", extra="Set-Cookie: lab=1; path=/\r\n"),
    "/denied": _page(b"<body>All is NOT well</body>", status="403 Forbidden"),
    "/missing": _page(b"<body>no such page</body>", status="404 Not Found"),
    "/broken": _page(b"<body>a trace</body>", status="500 Internal Server Error"),
    "/busy": _page(b"later", status="503 Service Unavailable"),
    "/empty": _raw(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
    "/odd": _raw(b"HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nhm"),
    "/a;b": _page(b"semicolon", "text/plain"),
}


def answer(connection: socket.socket) -> None:
    """Read one request and answer by its path."""
    request = _request(connection)
    words = request.split(b" ", 2)
    path = words[1].decode("latin-1") if len(words) > 2 else ""
    if path.startswith("http://"):  # asked as a proxy
        path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
    path = path.partition("?")[0].partition("#")[0]
    PATHS.get(path, PATHS["/missing"])(connection, request)
    if path != "/reset":
        connection.shutdown(socket.SHUT_WR)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0]) if lengths else 0
    while len(body) < wanted:
        part = connection.recv(65536)
        if not part:
            break
        body += part
    return head + b"\r\n\r\n" + body
