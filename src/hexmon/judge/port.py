"""One port of a switch and the one MAC that belongs there: when it is an alarm (APMonitor's table for `port`). Pure."""

from hexmon.model.device import Interface
from hexmon.probes.snmp.options import SnmpOptions

_UP = "up"


def port_fault(options: SnmpOptions, interface: Interface | None, macs_known: bool = True) -> str:
    """What is wrong with the port in the words of APMonitor, "" for nothing; the first that applies.

    | condition | `always_up` | else |
    |---|---|---|
    | the port is not up | alarm | |
    | the pinned MAC is not among those that were learned | alarm | |
    | another MAC was learned | alarm | alarm |

    All learned MACs count. Where the device did not tell them, none is known, which is an alarm with `always_up` only.
    """
    if interface is None:
        return f"port ifIndex={options.index} does not exist"
    port = f"port ifIndex={options.index}"
    learned = frozenset(interface.macs) if macs_known else frozenset[str]()
    if options.always_up and interface.oper != _UP:
        return f"{port} {options.mac} is {interface.oper} (admin={interface.admin})"
    if options.always_up and options.mac not in learned:
        return f"{port} is up but pinned MAC {options.mac} absent"
    others = sorted(learned - {options.mac})
    return f"{port} wrong MAC: expected {options.mac}, got {', '.join(others)}" if others else ""
