"""One module per probe type; address and options in, facts out; PROBES is the only list."""

from hexmon.probes import exec as plugins
from hexmon.probes import http, icmp, ldap, none, tcp
from hexmon.probes.contract import ProbeType

PROBES: dict[str, ProbeType] = {
    "icmp": icmp.PROBE,
    "tcp": tcp.PROBE,
    "http": http.PROBE,
    "ldap": ldap.PROBE,
    "none": none.PROBE,
    "exec": plugins.PROBE,
}
