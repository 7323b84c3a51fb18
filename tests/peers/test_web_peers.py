"""Every kind of web test: `hexmon sweep --no-submit` beside the real `xymonnet --no-update`."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.peers.web_specs import files
from tests.support.lab import Lab, differences

pytestmark = pytest.mark.peers


@given(files())
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # each example takes seconds: the differing lines say enough
    suppress_health_check=list(HealthCheck),
)
def test_generated_web_tests_give_the_same_squares(lab: Lab, text: str) -> None:
    theirs, ours = lab.compare(text)
    different = differences(ours, theirs, text)
    assert not different, "\n".join(different)
