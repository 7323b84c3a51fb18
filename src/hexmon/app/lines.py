"""Lines of the text format of Prometheus (exposition format 0.0.4)."""


def gauge(name: str, value: float, labels: str = "") -> list[str]:
    """A value that goes up and down."""
    return [f"# TYPE {name} gauge", f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"]


def counter(name: str, value: float) -> list[str]:
    """A value that only grows."""
    return [f"# TYPE {name} counter", f"{name} {value}"]


def by_label(name: str, label: str, counts: dict[str, int], kind: str = "counter") -> list[str]:
    """One value for each word."""
    return [f"# TYPE {name} {kind}", *(f'{name}{{{label}="{key}"}} {count}' for key, count in sorted(counts.items()))]
