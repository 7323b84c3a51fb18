"""How late the checks start."""

from hypothesis import given
from hypothesis import strategies as st

from hexmon.schedule.lateness import BOUNDS, LatenessHistogram


def histogram_of(delays: list[float]) -> LatenessHistogram:
    histogram = LatenessHistogram()
    for delay in delays:
        histogram.observe(delay)
    return histogram


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_quantile_is_an_upper_bound_in_the_right_bucket(delays: list[float], share: float) -> None:
    histogram = histogram_of(delays)
    ordered = sorted(delays)
    exact = ordered[max(-(-int(share * len(delays) * 1e6) // 1_000_000) - 1, 0)]
    assert histogram.quantile(share) >= exact
    assert histogram.quantile(1.0) == histogram.worst == max(delays)
    assert histogram.count == sum(histogram.counts) == len(delays)


def test_nothing_started_yet() -> None:
    assert LatenessHistogram().quantile(0.99) == 0.0


def test_as_prometheus_reads_it() -> None:
    lines = histogram_of([0.0005, 0.004, 0.004, 70.0]).lines("hexmon_check_start_lateness_seconds")
    assert lines[0] == "# TYPE hexmon_check_start_lateness_seconds histogram"
    assert 'hexmon_check_start_lateness_seconds_bucket{le="0.001"} 1' in lines
    assert 'hexmon_check_start_lateness_seconds_bucket{le="0.005"} 3' in lines
    assert lines[-3:] == [
        'hexmon_check_start_lateness_seconds_bucket{le="+Inf"} 4',
        "hexmon_check_start_lateness_seconds_sum 70.008500",
        "hexmon_check_start_lateness_seconds_count 4",
    ]
    assert len(lines) == len(BOUNDS) + 4
