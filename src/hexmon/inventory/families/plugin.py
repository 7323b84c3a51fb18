"""Plugins of Nagios: `exec=COLUMN;COMMAND ARGUMENTS`.

This starts programs as the user that hexmon runs as, so the tag may come from the administrator's own files only: a
reader of hosts that somebody sends or edits from afar must not read this family.
"""

import re
import shlex
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site, wrong
from hexmon.model.names import PSEUDO_TESTS, TEST_NAME
from hexmon.model.observation import Judging
from hexmon.probes.exec import FOLDER_MACRO, MACRO, MACROS, ExecOptions

_FORM = '"exec=COLUMN;COMMAND ARGUMENTS"'
_TAKEN = PSEUDO_TESTS | {"conn", "http", "sslcert"}


class PluginTag(msgspec.Struct, frozen=True, kw_only=True):
    """A command for a column of its own."""

    probe: ClassVar[str] = "exec"
    test: str
    command: tuple[str, ...]
    judging: Judging = PLAIN

    def options(self, _site: Site) -> ExecOptions:
        """The same for every host: macros are filled in when it is run."""
        return ExecOptions(command=self.command)


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    column, semicolon, line = word[len("exec=") :].partition(";")
    if not (semicolon and TEST_NAME.match(column)):
        return wrong(f"'{word}' names no column", f"write: {_FORM}")
    if column in _TAKEN:
        return wrong(f"'{word}': the column {column} belongs to another test", "give the plugin a column of its own")
    try:
        command = shlex.split(line)
    except ValueError:
        return wrong(
            f"'{word}': a quote in the command is not closed", "inside the tag's double quotes use single ones"
        )
    fault = _fault(command)
    if fault is not None:
        return wrong(f"'{word}': {fault[0]}", fault[1])
    return Meaning("probe", parsed=PluginTag(test=column, command=tuple(command), judging=judging))


def _fault(command: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with a command, and what may help."""
    if not command or not command[0]:
        return "there is no command", f"write: {_FORM}"
    program = command[0].removeprefix(f"${FOLDER_MACRO}$")
    if "/" in program and not program.startswith("/"):
        return f"'{program}' is not a whole path", "begin it with /, or write only the name of the plugin"
    if any("\0" in word for word in command):
        return "there is a NUL in the command", ""
    unknown = [name for word in command for name in MACRO.findall(word) if name and name not in MACROS]
    if unknown:
        known = ", ".join(f"${name}$" for name in MACROS)
        return f"nobody knows the macro ${unknown[0]}$", f"there are {known}, and $$ for one $"
    return None


FAMILY = Family(re.compile(r"exec(?:[=;]|\Z)", re.IGNORECASE), read, ("exec",))
