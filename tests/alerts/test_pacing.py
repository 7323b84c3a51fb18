"""How long after a message the next one comes: the tables of the curve, and what is true of every curve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.alerts.pacing import delay
from hexmon.alerts.rules import Bezier, Constant

HOURLY_AFTER_EIGHT = [843.75, 1575.0, 2193.75, 2700.0, 3093.75, 3375.0, 3543.75, 3600.0, 3600.0, 3600.0]
HALF_DAILY_AFTER_SIX = [13200.0, 24000.0, 32400.0, 38400.0, 42000.0, 43200.0, 43200.0]
EIGHT_MINUTES_AFTER_FIFTEEN = [
    *(61.87, 119.47, 172.80, 221.87, 266.67, 307.20, 343.47, 375.47),
    *(403.20, 426.67, 445.87, 460.80, 471.47, 477.87, 480.00, 480.00),
]

curves = st.builds(Bezier, st.floats(1.0, 1e6), st.integers(1, 200))


@pytest.mark.parametrize(
    ("curve", "gaps"),
    [
        pytest.param(Bezier(3600.0, 8), HOURLY_AFTER_EIGHT, id="an hour from the eighth reminder on"),
        pytest.param(Bezier(3600.0, 1), [3600.0] * 4, id="a ramp of one is constant"),
        pytest.param(Bezier(43200.0, 6), HALF_DAILY_AFTER_SIX, id="half a day from the sixth on"),
        pytest.param(Bezier(480.0, 15), EIGHT_MINUTES_AFTER_FIFTEEN, id="eight minutes from the fifteenth on"),
        pytest.param(Constant(1800.0), [1800.0] * 3, id="REPEAT is always the same"),
    ],
)
def test_gaps(curve: Bezier | Constant, gaps: list[float]) -> None:
    found = [delay(curve, sent) for sent in range(1, len(gaps) + 1)]
    assert found == pytest.approx(gaps, abs=0.006)


def test_moments_since_the_first_message() -> None:
    moments = [sum(HOURLY_AFTER_EIGHT[:reminders]) for reminders in range(1, 9)]
    assert moments == [843.75, 2418.75, 4612.5, 7312.5, 10406.25, 13781.25, 17325.0, 20925.0]
    assert [sum(delay(Bezier(3600.0, 8), sent) for sent in range(1, last)) for last in range(2, 10)] == moments


@given(curves)
def test_the_ramp_adds_up(curve: Bezier) -> None:
    ramp = curve.ramp
    whole = sum(delay(curve, sent) for sent in range(1, ramp + 1))
    assert whole == pytest.approx(curve.plateau * (4 * ramp**2 + 3 * ramp - 1) / (6 * ramp))


@given(curves, st.integers(1, 500))
def test_gaps_grow_up_to_the_plateau(curve: Bezier, sent: int) -> None:
    assert 0 < delay(curve, sent) <= delay(curve, sent + 1) <= curve.plateau
    if sent >= curve.ramp:
        assert delay(curve, sent) == curve.plateau
