"""Doubt, in numbers."""

import numpy as np
import pytest

from mlops.learning.acquisition import entropy, margin, top_two

P = np.array([[0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0], [0.5, 0.0, 0.5, 0.0], [0.1, 0.2, 0.3, 0.4]])


def test_entropy_runs_from_certain_to_no_idea():
    np.testing.assert_allclose(entropy(P), [1.0, 0.0, 0.5, 0.92322], atol=1e-5)
    assert entropy(np.ones((3, 1))).tolist() == [0, 0, 0]
    assert entropy(P.astype(np.float32)).max() <= 1


def test_margin_and_top_two():
    np.testing.assert_allclose(margin(P), [0.0, 1.0, 0.0, 0.1])
    first, second = top_two(P)
    assert first.tolist() == [0, 0, 0, 3]
    assert second.tolist() == [1, 1, 2, 2]
    with pytest.raises(ValueError, match="n_labels"):
        margin([0.5, 0.5])
