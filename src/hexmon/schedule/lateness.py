"""How late the checks start: a histogram that never forgets and never grows."""

from bisect import bisect_left

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class LatenessHistogram:
    """Counts of delays in seconds: `counts[i]` is at most `BOUNDS[i]`, the last one beyond all bounds."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.count = 0
        self.total = 0.0
        self.worst = 0.0

    def observe(self, seconds: float) -> None:
        """Count one start."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.count += 1
        self.total += seconds
        self.worst = max(self.worst, seconds)

    def quantile(self, share: float) -> float:
        """An upper bound of that quantile (0..1), in seconds; 0 before the first start."""
        wanted = share * self.count
        seen = 0
        for bound, count in zip((*BOUNDS, self.worst), self.counts, strict=True):
            seen += count
            if seen >= wanted and self.count:
                return min(bound, self.worst)
        return 0.0

    def lines(self, name: str) -> list[str]:
        """The histogram in the text format of Prometheus (exposition format 0.0.4)."""
        lines = [f"# TYPE {name} histogram"]
        seen = 0
        for bound, count in zip((*(str(bound) for bound in BOUNDS), "+Inf"), self.counts, strict=True):
            seen += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {seen}')
        return [*lines, f"{name}_sum {self.total:.6f}", f"{name}_count {self.count}"]
