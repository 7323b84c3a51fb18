"""Devices that speak SNMP: polls of version 1, 2c and 3; vendor knowledge is a table."""

from hexmon.probes.snmp.poll import PROBE

__all__ = ["PROBE"]
