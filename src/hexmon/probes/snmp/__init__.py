"""Devices that speak SNMP: polls of version 1, 2c and 3; vendor knowledge is a table."""
