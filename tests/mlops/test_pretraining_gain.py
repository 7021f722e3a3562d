"""Is pre-training worth its time? Judged on the truth of a simulated galaxy that no setting was chosen on."""

from dataclasses import dataclass

import numpy as np
import pytest
from astropy.table import Table
from scipy.spatial import cKDTree

from catalogs.detecting import detect_sources
from catalogs.imagery.fitsband import BandArgument
from catalogs.ingest import ingest_galaxy
from catalogs.simulation import SimulationSpec, simulate_galaxy
from mlops.featuring import features_of, source_order, standardised
from mlops.learning.encoder import encode, untrained
from mlops.learning.evaluation import accuracy, draw_labelled
from mlops.learning.probe import feature_scaling, fit_probe
from mlops.pretraining import SEED, inputs_of, pretrain_galaxy, spec_of
from tests.factories import make_team

GALAXY = SimulationSpec(name="unseen", size_px=1024, seed=31337, n_sources=1000)
# Pre-trained with the product's own settings and all of its steps: a third of them is not enough (docs/learning.md).
DRAWS = 24
ASKED = [(100, False), (300, False), (100, True), (300, True)]
MATCH_RADIUS_PX = 2.5


@dataclass(frozen=True)
class Sky:
    """What was detected where something was simulated: places (n, 2) in px, classes (n,) from 0, and the features (n, d) of
    photometry and of the same network before and after pre-training."""

    places: np.ndarray
    classes: np.ndarray
    photometry: np.ndarray
    before: np.ndarray
    after: np.ndarray


def make_sky(spec, folder):
    """By the product's own verbs: simulated, ingested, detected, pre-trained."""
    files = simulate_galaxy(spec, folder)
    bands = [BandArgument(name.upper(), path) for name, path in files.bands.items()]
    galaxy = ingest_galaxy(slug=spec.name, bands=bands, team=make_team()).mosaic.galaxy
    catalog = detect_sources(galaxy=galaxy).catalog
    encoder = pretrain_galaxy(galaxy=galaxy, catalog=catalog)
    features, order = features_of(catalog, encoder), source_order(catalog)
    n_photometry = sum(not name.startswith("encoder_") for name in features.names)
    encoder_spec = spec_of(catalog, galaxy.latest_mosaic)
    # Pre-training began from these very weights.
    raw = encode(untrained(encoder_spec, SEED), inputs_of(catalog, galaxy.latest_mosaic, encoder_spec))
    truth = Table.read(files.truth, format="ascii.ecsv")
    places = np.column_stack([order.x_px, order.y_px])
    distance, nearest = cKDTree(np.column_stack([truth["x_px"], truth["y_px"]])).query(places)
    known = distance <= MATCH_RADIUS_PX
    return Sky(
        places=places[known],
        classes=np.asarray(truth["legus_class"])[nearest[known]] - 1,
        photometry=features.matrix[known, :n_photometry],
        before=standardised(raw, order.on_image)[known],
        after=features.matrix[known, n_photometry:],
    )


def halves(sky, draw, size_px, cutout_px=16):
    """(train, test) masks: one half of the sky by turns, and what shares no pixel with a test source in the other."""
    axis, is_upper = draw % 2, draw // 2 % 2
    test = (sky.places[:, axis] >= size_px / 2) == bool(is_upper)
    distance, _ = cKDTree(sky.places[test]).query(sky.places, p=np.inf)
    return ~test & (distance >= cutout_px + 1), test


def probed(features, sky, labelled, test):
    """Accuracy of the product's probe on the test sources."""
    votes = np.eye(4, dtype=np.float32)[sky.classes]
    probe = fit_probe(features[labelled], votes[labelled], scaling=feature_scaling(features))
    return accuracy(probe.predict(features[test]), sky.classes[test])


def gains(sky, n_labels, size_px, with_photometry):
    """(accuracy before, accuracy after) pre-training, each (DRAWS,), on the same labels and the same test sources."""
    beside = [sky.photometry] if with_photometry else []
    matrices = [np.hstack([*beside, learnt]) for learnt in (sky.before, sky.after)]
    found = []
    for draw in range(DRAWS):
        train, test = halves(sky, draw, size_px)
        labelled = draw_labelled(train, n_labels, np.random.default_rng([draw, n_labels]))
        found.append([probed(matrix, sky, labelled, test) for matrix in matrices])
    return np.array(found).T


@pytest.mark.slow
@pytest.mark.django_db
def test_a_pre_trained_encoder_beats_the_same_network_untrained(tmp_path, own_storages, capsys):
    sky = make_sky(GALAXY, tmp_path / "simulated")
    assert len(sky.classes) > 600
    for n_labels, with_photometry in ASKED:
        before, after = gains(sky, n_labels, GALAXY.size_px, with_photometry)
        gain = after - before
        mean, error = gain.mean(), gain.std(ddof=1) / np.sqrt(DRAWS)
        with capsys.disabled():
            print(
                f"\n{n_labels} labels, features{' and photometry' if with_photometry else ' alone'}: "
                f"{before.mean():.1%} untrained, {after.mean():.1%} pre-trained, "
                f"gain {100 * mean:.1f} +- {100 * error:.1f} points, {int((gain > 0).sum())} of {DRAWS} draws won"
            )
        assert mean > 2 * error > 0
