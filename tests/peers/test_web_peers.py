"""Every kind of web test: `hexmon sweep --no-submit` beside the real `xymonnet --no-update`."""

import pytest
from hypothesis import given

from tests.peers.web_specs import files
from tests.support.lab import SIX_FILES, Lab, differences

pytestmark = pytest.mark.peers


@given(files())
@SIX_FILES
def test_generated_web_tests_give_the_same_squares(lab: Lab, text: str) -> None:
    theirs, ours = lab.compare(text)
    different = differences(ours, theirs, text)
    assert not different, "\n".join(different)
