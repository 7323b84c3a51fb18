"""Searches in a directory (hosts.cfg(5): LDAP TESTS)."""

import re
from typing import ClassVar

import msgspec

from hexmon.inventory.hosts_cfg import UNKNOWN_ADDRESSES
from hexmon.inventory.meaning import PLAIN, Family, Meaning, Site, wrong
from hexmon.model.observation import Judging
from hexmon.probes.ldap import LdapOptions
from hexmon.probes.ldap_url import LdapUrlError, Security, parse_ldap_url

LDAP = "ldap"


class LdapTag(msgspec.Struct, frozen=True, kw_only=True):
    """An LDAP URL. `own_host`: it names no host, so it is for the one it is written on."""

    test: ClassVar[str] = LDAP
    probe: ClassVar[str] = "ldap"
    url: str
    security: Security = ""
    own_host: bool = False
    judging: Judging = PLAIN

    def options(self, site: Site) -> LdapOptions:
        """The search, with the host's login."""
        user, password = site.parsed.get("LDAPLOGIN") or ("", "")
        own = self.own_host and "FLAG_TESTIP" in site.items and site.ip not in UNKNOWN_ADDRESSES
        return LdapOptions(
            url=self.url,
            security=self.security,
            user=user,
            password=password,
            connect_to=site.ip if own else "",
        )


def read(word: str, judging: Judging) -> Meaning:
    """A tag of this family."""
    try:
        url = parse_ldap_url(word)
    except LdapUrlError as error:
        return wrong(str(error), error.hint)
    tag = LdapTag(url=word, security=url.security, own_host=not url.host, judging=judging)
    return Meaning("probe", parsed=tag)


FAMILY = Family(re.compile(r"ldaps?://", re.IGNORECASE), read, ("ldap", "ldaps"))
