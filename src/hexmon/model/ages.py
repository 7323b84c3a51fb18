"""The words for moments and lengths of time in the sentences of YAML sites, as APMonitor has them. Pure."""

from datetime import datetime, tzinfo


def clock(moment: float, zone: tzinfo) -> str:
    """`2:15 PM UTC`."""
    local = datetime.fromtimestamp(moment, zone)
    return f"{local.strftime('%I:%M %p').lstrip('0')} {local.tzname() or ''}".strip()


def age(seconds: float) -> str:
    """`42 secs`, `3 mins 2 secs`, `5 hrs 12 mins`, `2 days 3 hrs`; never singular."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} secs"
    if whole < 3600:
        return f"{whole // 60} mins {whole % 60} secs"
    if whole < 86400:
        return f"{whole // 3600} hrs {whole // 60 % 60} mins"
    return f"{whole // 86400} days {whole // 3600 % 24} hrs"
