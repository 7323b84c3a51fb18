"""What was probably meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexmon.config.suggest import Suggestions

KNOWN = Suggestions(["NOCLEAR", "page", "subpage", "group-compress", "ftp", "sftp", "smtp", "http", "https"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("NOCLEER", "NOCLEAR", id="a letter changed"),
        pytest.param("noclaer", "NOCLEAR", id="two letters swapped, and in lower case"),
        pytest.param("group-compres", "group-compress", id="a letter missing"),
        pytest.param("subbpage", "subpage", id="a letter doubled"),
        pytest.param("pgae", "page", id="a short word with two letters swapped"),
        pytest.param("tfp", "ftp", id="even of three letters"),
        pytest.param("ntp", None, id="but three letters are not changed"),
        pytest.param("htttp", "http", id="the nearest in length comes first"),
        pytest.param("https", None, id="a known word is meant as it is"),
        pytest.param("oracle", None, id="a word that resembles nothing"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_closest(word: str, meant: str | None) -> None:
    assert KNOWN.closest(word) == meant


@given(word=st.text(max_size=12))
def test_it_is_never_further_than_one_slip(word: str) -> None:
    meant = KNOWN.closest(word)
    assert meant is None or abs(len(meant) - len(word.lower())) <= 1
