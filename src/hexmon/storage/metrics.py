"""What the journal counts, for the metrics page."""

import msgspec


class JournalCounters(msgspec.Struct):
    """Since start; written by the writer thread only."""

    batches: int = 0
    records: int = 0  # taken by committed batches
    refused: int = 0  # records that could not be stored and were left out
    failures: int = 0  # attempts to commit that failed and were repeated
    commit_seconds: float = 0.0  # all batches together, failed attempts included
    slowest_commit: float = 0.0


def journal_lines(counters: JournalCounters, depth: int, in_trouble: bool) -> list[str]:
    """The figures in Prometheus' text format."""
    return [
        "# TYPE hexmon_journal_batches_total counter",
        f"hexmon_journal_batches_total {counters.batches}",
        "# TYPE hexmon_journal_records_total counter",
        f"hexmon_journal_records_total {counters.records}",
        "# TYPE hexmon_journal_refused_records_total counter",
        f"hexmon_journal_refused_records_total {counters.refused}",
        "# TYPE hexmon_journal_failed_commits_total counter",
        f"hexmon_journal_failed_commits_total {counters.failures}",
        "# TYPE hexmon_journal_commit_seconds_total counter",
        f"hexmon_journal_commit_seconds_total {counters.commit_seconds:.6f}",
        "# TYPE hexmon_journal_slowest_commit_seconds gauge",
        f"hexmon_journal_slowest_commit_seconds {counters.slowest_commit:.6f}",
        "# TYPE hexmon_journal_waiting_records gauge",
        f"hexmon_journal_waiting_records {depth}",
        "# TYPE hexmon_journal_trouble gauge",
        f"hexmon_journal_trouble {int(in_trouble)}",
    ]
