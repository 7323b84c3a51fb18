"""One module per probe type; address and options in, facts out; PROBES is the only list."""

from hexmon.probes import dialogue, dns, exchange, http, icmp, ldap, none, ntp, rpc, snmp, tcp
from hexmon.probes import exec as plugins
from hexmon.probes.contract import ProbeType

PROBES: dict[str, ProbeType] = {
    "icmp": icmp.PROBE,
    "tcp": tcp.PROBE,
    "exchange": exchange.PROBE,
    "http": http.PROBE,
    "ldap": ldap.PROBE,
    "dns": dns.PROBE,
    "ntp": ntp.PROBE,
    "rpc": rpc.PROBE,
    "snmp": snmp.PROBE,
    "none": none.PROBE,
    "dialogue": dialogue.PROBE,
    "exec": plugins.PROBE,
}
