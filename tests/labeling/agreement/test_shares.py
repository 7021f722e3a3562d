import pytest

from labeling.agreement.shares import wilson


def test_wilson_s_interval_of_a_known_case():
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0
