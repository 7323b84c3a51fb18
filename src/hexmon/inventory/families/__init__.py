"""Tests of hosts.cfg beyond ping and the services of protocols.cfg, one module per family; FAMILIES is the only list.

A word belongs to the first family whose pattern it matches.
"""

from hexmon.inventory.families import apache, dns, ldap, ntp, plugin, rpc, web
from hexmon.inventory.meaning import Family

FAMILIES: tuple[Family, ...] = (
    ldap.FAMILY,
    web.FAMILY,
    apache.FAMILY,
    rpc.FAMILY,
    dns.FAMILY,
    ntp.FAMILY,
    plugin.FAMILY,
)
