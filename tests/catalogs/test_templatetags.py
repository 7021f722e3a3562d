"""Template filters of catalogues."""

import pytest

from catalogs.templatetags.units import unit


@pytest.mark.parametrize(
    ("header", "shown"),
    [("ELECTRONS/S", "electrons/s"), ("MJy/sr", "MJy/sr"), ("mJy", "mJy"), ("", ""), ("e-/s", "e-/s")],
)
def test_units_that_shout_are_hushed_and_others_left(header, shown):
    assert unit(header) == shown
