"""Tests of hosts.cfg beyond ping and the services of protocols.cfg, one module per family; FAMILIES is the only list.

A word belongs to the first family whose pattern it matches.
"""

from hexmon.inventory.families import apache, ldap, plugin, web
from hexmon.inventory.meaning import Family

FAMILIES: tuple[Family, ...] = (ldap.FAMILY, web.FAMILY, apache.FAMILY, plugin.FAMILY)
