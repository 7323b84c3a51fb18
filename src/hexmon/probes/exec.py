"""exec: a plugin of Nagios, Icinga and their kin, run as they run it (Monitoring Plugins Guidelines)."""

import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hexmon.model.observation import Outcome, Reply
from hexmon.model.text import readable
from hexmon.probes.contract import ProbeType, Target
from hexmon.probes.perfdata import Figure, Output, read_figures, read_output
from hexmon.probes.programs import CannotStart, Ended, Flood, NoRoom
from hexmon.probes.wire import is_address

if TYPE_CHECKING:
    from hexmon.probes.tools import Tools

ADDRESS_MACRO = "HOSTADDRESS"
FOLDER_MACRO = "USER1"
MACROS = (ADDRESS_MACRO, "HOSTNAME", "HOSTALIAS", "SERVICEDESC", FOLDER_MACRO)
MACRO = re.compile(r"\$([A-Za-z0-9_]*)\$")
FOLDERS = (
    "/usr/lib/nagios/plugins",
    "/usr/lib64/nagios/plugins",
    "/usr/local/lib/nagios/plugins",
    "/usr/local/nagios/libexec",
    "/usr/lib/monitoring-plugins",
)
_OUTCOMES = {0: Outcome.OK, 1: Outcome.UNEXPECTED, 2: Outcome.UNEXPECTED}
_KEPT = ("HOME", "LOGNAME", "PATH", "TZ", "USER")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class ExecOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is run: `command` is the program and its arguments, as they are handed over; no shell sees them.

    A program without a slash is looked for in the usual folders of plugins, then in the PATH. Macros are filled in:
    $HOSTADDRESS$, $HOSTNAME$, $HOSTALIAS$ (the name as well), $SERVICEDESC$ (the column), $USER1$ (the folder of the
    plugins), `$$` (one $).
    """

    command: tuple[str, ...]


def needs_address(options: ExecOptions) -> bool:
    """Whether the command wants to know the host's address; a host that is only a name has none."""
    return any(match == ADDRESS_MACRO for word in options.command for match in MACRO.findall(word))


async def probe(target: Target, options: ExecOptions, tools: "Tools") -> Reply:
    """Run the plugin.

    Facts: exit_status; each figure of the performance data by its label, in seconds, bytes, % or as it is, and what is
    known of `LABEL;warn`, `LABEL;crit`, `LABEL;min`, `LABEL;max`. Evidence: its text. Phase: plugin.
    """
    trace = target.trace
    argv = [_filled(word, target) for word in options.command]
    argv[0] = _located(argv[0])
    trace.begin("plugin")
    ended = await tools.programs.run(argv, _environment(target))
    trace.end()
    output = read_output(_clean(ended.output))
    trace.evidence = "\n".join(filter(None, (output.line, output.more))).encode()
    for figure in read_figures(output.performance):
        trace.facts.update(_facts(figure))
    return _judged(ended, output, target)


def _judged(ended: Ended, output: Output, target: Target) -> Reply:
    trace, errors = target.trace, _clean(ended.errors).strip()
    if ended.status is None:
        return trace.reply(Outcome.ERROR, "The exit status of the plugin was lost", errors)
    if ended.status < 0:
        return trace.reply(Outcome.ERROR, f"The plugin was ended by {_signal(-ended.status)}", errors)
    trace.facts["exit_status"] = ended.status
    summary = output.line or errors.partition("\n")[0] or "The plugin said nothing"
    return trace.reply(_OUTCOMES.get(ended.status, Outcome.ERROR), summary, errors)


def _signal(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def _clean(text: bytes) -> str:
    return _UNPRINTABLE.sub(".", readable(text).replace("\r\n", "\n"))


def _facts(figure: Figure) -> Mapping[str, float]:
    label = figure.label
    facts = {
        label: figure.value,
        f"{label};warn": figure.warn.end if figure.warn is not None else None,
        f"{label};crit": figure.critical.end if figure.critical is not None else None,
        f"{label};min": figure.minimum,
        f"{label};max": figure.maximum,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _filled(word: str, target: Target) -> str:
    values = {
        "": "$",
        ADDRESS_MACRO: target.address,
        "HOSTNAME": target.host,
        "HOSTALIAS": target.host,
        "SERVICEDESC": target.test,
    }
    if FOLDER_MACRO in word:
        values[FOLDER_MACRO] = next((folder for folder in FOLDERS if Path(folder).is_dir()), FOLDERS[0])
    return MACRO.sub(lambda match: values.get(match[1], match[0]), word)


def _located(program: str) -> str:
    if "/" in program:
        return program
    folders = [*FOLDERS, *os.get_exec_path()]
    for folder in folders:
        path = f"{folder}/{program}"
        if os.access(path, os.X_OK):
            return path
    raise CannotStart(f"{program} is neither in a folder of plugins ({FOLDERS[0]}, ...) nor in the PATH")


def _environment(target: Target) -> dict[str, str]:
    """Little of ours, so that no secret goes along; numbers are written with a point."""
    ours = {name: os.environ[name] for name in _KEPT if name in os.environ}
    address = {"NAGIOS_HOSTADDRESS": target.address} if is_address(target.address) else {}
    return {
        "PATH": os.defpath,
        **ours,
        "LC_ALL": "C.UTF-8",
        "NAGIOS_HOSTNAME": target.host,
        "NAGIOS_SERVICEDESC": target.test,
        **address,
    }


PROBE = ProbeType(
    options=ExecOptions,
    run=probe,
    needs_address=needs_address,
    room=lambda tools, patience: tools.programs.place(patience),
    errors={CannotStart: Outcome.PREVENTED, NoRoom: Outcome.PREVENTED, Flood: Outcome.ERROR},
)
