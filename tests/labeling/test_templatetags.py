"""Numbers as pages write them."""

import pytest

from labeling.templatetags.agreement import percent


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.8734, "87.3 %"), (13 / 16, "81.3 %"), (1 / 16, "6.3 %"), (0, "0.0 %"), (1, "100.0 %"), (None, "–"), ("", "–")],
)
def test_a_share_is_written_as_the_browser_writes_it(share, written):
    assert percent(share) == written
