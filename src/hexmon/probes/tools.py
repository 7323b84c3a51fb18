"""What probes share: the ICMP engine, the HTTP engine, the resolver, the clock."""


class Tools:
    """Opened once for all probes of a process."""
