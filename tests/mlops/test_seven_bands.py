"""The whole way with seven JWST bands: FITS, science COG, cut-outs, pre-training, features."""

from contextlib import ExitStack

import numpy as np
import pytest

from catalogs.imagery.cutouts import read_cutouts
from catalogs.imagery.fitsband import open_band
from catalogs.imagery.science import write_science_cog
from catalogs.imagery.statistics import cog_statistics
from mlops.learning.byol import pretrain
from mlops.learning.encoder import encode, load_encoder, save_encoder
from mlops.learning.inputs import source_inputs
from mlops.learning.spec import EncoderSpec
from tests.catalogs.imagery.conftest import quiet
from tests.ceers import mosaic_centres, write_ceers_mosaic


@pytest.fixture(scope="module")
def ceers(sample_data, tmp_path_factory):
    """(science COG, its seven bands' statistics)."""
    folder = tmp_path_factory.mktemp("ceers")
    with ExitStack() as stack:
        files = write_ceers_mosaic(sample_data, folder).items()
        bands = [stack.enter_context(open_band(path, name=name)) for name, path in files]
        write_science_cog(bands, folder / "science.tif", quiet)
    return folder / "science.tif", cog_statistics(folder / "science.tif")


@pytest.mark.realdata
def test_gaps_are_invalid_and_galaxies_are_in_the_middle(ceers):
    path, statistics = ceers
    assert len(statistics) == 7
    # 40 x 100^2 of 836 x 524 pixels.
    assert {round(band.valid_fraction, 3) for band in statistics} == {0.913}
    cutouts, valid = read_cutouts(path, *mosaic_centres(), 104)
    assert cutouts.shape == (40, 7, 104, 104)
    assert valid[:, :, 2:-2, 2:-2].all()
    assert not valid[:, :, :2].any()
    middle = cutouts[:, :, 47:57, 47:57].mean(axis=(0, 2, 3))
    edge = cutouts[:, :, 2:12, 2:12].mean(axis=(0, 2, 3))
    assert (middle > 5 * edge).all()


@pytest.mark.realdata
def test_from_mosaic_to_features(ceers, tmp_path):
    path, statistics = ceers
    noise, background = ([getattr(band, name) for band in statistics] for name in ("noise_sigma", "background"))
    # Galaxies of half a hundred pixels: three image pixels to one of the cut-out's.
    spec = EncoderSpec(n_bands=7, scale=3)
    inputs = source_inputs(tmp_path, path, "sha", *mosaic_centres(), noise, background, spec)
    assert inputs.shape == (40, 8, 16, 16)
    assert inputs[:, :7, 7:9, 7:9].mean(axis=(0, 2, 3)).min() > 0.3
    encoder = load_encoder(save_encoder(pretrain(inputs, spec, seed=0, steps=50)))
    features = encode(encoder, inputs)
    assert features.shape == (40, 192)
    assert encoder.feature_std > 0.3
    assert np.isfinite(features).all()
    # Forty different galaxies, and none like another.
    scaled = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    distances = np.linalg.norm(scaled[:, None] - scaled[None], axis=2) + 1e9 * np.eye(40)
    assert distances.min() > 1
