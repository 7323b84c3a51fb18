"""The secret that signs the links of messages: kept in the data folder, for us alone."""

import contextlib
import os
import secrets
from pathlib import Path

from hexmon.app.settings import Configuration
from hexmon.model.origin import ConfigError, Origin, Problem

KEY_BYTES = 32


def link_key(configuration: Configuration) -> bytes:
    """The secret of this monitor. Raises ConfigError, OSError."""
    return read_or_make_key(configuration.data_dir / "link.key")


def read_or_make_key(path: Path) -> bytes:
    """The key in that file, or a new one written there with mode 0600. Raises ConfigError, OSError."""
    with contextlib.suppress(FileNotFoundError):
        return _checked(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "w") as text:
            text.write(secrets.token_hex(KEY_BYTES) + "\n")
            text.flush()
            os.fsync(text.fileno())
        # Whole or not at all; of two that start at the same time the first wins.
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    return _checked(path)


def _checked(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        hint = "remove it to get a new one; links in messages that were sent before stop working then"
        problem = Problem(Origin(str(path)), f"this is not a key of {KEY_BYTES} bytes in hexadecimal", hint)
        raise ConfigError((problem,))
    return key
