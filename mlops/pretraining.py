"""Pre-training an encoder on a galaxy's own sources, and keeping it with the features it gives them."""

import time
from dataclasses import asdict, replace

import numpy as np
from django.db import transaction

from catalogs.models import Catalog, Galaxy, Mosaic
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from mlops.featuring import source_order
from mlops.learning import encoder as network
from mlops.learning.byol import BUDGET_S, Collapsed
from mlops.learning.byol import pretrain as pretrain_byol
from mlops.learning.inputs import Progress, quiet, source_inputs
from mlops.learning.spec import MAX_SCALE, STEPS, EncoderSpec, scale_for
from mlops.models import Encoder, FeatureSet
from mlops.names import catalog_named
from mlops.storage import model_storage
from mlops.topics import tell_catalog

METHOD = "BYOL"
SEED = 20260101
MIN_SOURCES = 20


def pretrain_galaxy(
    *,
    galaxy: Galaxy,
    catalog: Catalog | None = None,
    steps: int = STEPS,
    seed: int = SEED,
    scale: int | None = None,
    budget_s: float = BUDGET_S,
    created_by: User | None = None,
    progress: Progress = quiet,
) -> Encoder:
    """Train an encoder on the cut-outs of a catalogue's sources and keep it with their features.

    `scale`, the image pixels to one of a cut-out's, follows from the sources' sizes where it is not given. Models use
    the encoder from their next fit on. The same training again gives the encoder there is. Raises BadInput where there
    are too few sources, where their cut-outs hold nothing to tell them apart by, or where the scale does not suit the image.
    """
    catalog = catalog or catalog_named(galaxy, None)
    on_image = int(source_order(catalog).on_image.sum())
    if on_image < MIN_SOURCES:
        raise BadInput(
            f"{catalog}: {on_image} sources on the image are too few to pre-train on; {MIN_SOURCES} are needed"
        )
    if steps < 1:
        raise BadInput(f"--steps: {steps} is none; give a whole number from 1")
    mosaic, started = galaxy.latest_mosaic, time.monotonic()
    spec = spec_of(catalog, mosaic, scale)
    inputs = inputs_of(catalog, mosaic, spec, progress)
    rows = np.flatnonzero(source_order(catalog).on_image)
    try:
        trained = pretrain_byol(inputs[rows], spec, seed=seed, steps=steps, budget_s=budget_s, progress=progress)
    except Collapsed as error:
        raise BadInput(f"{catalog}: {error}; give more steps, or a catalogue of more kinds of sources") from error
    progress(None, "features of all sources")
    features = network.encode(trained, inputs, progress)
    return _keep(
        catalog, mosaic, trained, features, seed=seed, created_by=created_by,
        summary={"feature_std": trained.feature_std, "seconds": round(time.monotonic() - started, 1), "n_sources": len(rows)},
    )  # fmt: skip


def spec_of(catalog: Catalog, mosaic: Mosaic, scale: int | None = None) -> EncoderSpec:
    """The encoder of this mosaic's bands, at `scale` or at the one that the catalogue's isophotal areas call for (1 where it
    has none, as most imported ones). Raises BadInput for a scale at which a cut-out does not fit into the image."""
    spec, grid = EncoderSpec(n_bands=mosaic.bands.count()), mosaic.galaxy
    largest = min(max(min(grid.width_px, grid.height_px) // spec.size_px, 1), MAX_SCALE)
    if scale is None:
        areas_px = catalog.sources.on_image().values_list("measurements__n_pixels", flat=True)
        scale = scale_for([area for area in areas_px if area is not None], spec.size_px, largest)
    if not 1 <= scale <= largest:
        raise BadInput(
            f"--scale: {scale} is outside 1 to {largest}; give a whole number of image pixels to each of the "
            f"cut-out's {spec.size_px}, on an image of {grid.width_px} x {grid.height_px} px"
        )
    return replace(spec, scale=scale)


def inputs_of(catalog: Catalog, mosaic: Mosaic, spec: EncoderSpec, progress: Progress = quiet) -> np.memmap:
    """The network's input of all the catalogue's sources in order of their number, made once and then memory-mapped."""
    order = source_order(catalog)
    bands = list(mosaic.bands.order_by("position").values_list("noise", "background"))
    noise, background = np.array(bands, dtype=float).T
    return source_inputs(
        model_storage().cache(), mosaic.science_path, mosaic.science_sha256, order.x_px, order.y_px, noise, background,
        spec, progress,
    )  # fmt: skip


@transaction.atomic
def _keep(
    catalog: Catalog, mosaic: Mosaic, trained: network.Encoder, features: np.ndarray, *, seed: int,
    created_by: User | None, summary: dict[str, float],
) -> Encoder:  # fmt: skip
    encoder, _ = Encoder.objects.get_or_create(
        catalog=catalog, mosaic=mosaic, sha256=model_storage().keep(network.save_encoder(trained)),
        defaults={
            "spec": asdict(trained.spec), "method": METHOD, "n_steps": trained.steps, "seed": seed, "summary": summary,
            "created_by": created_by,
        },
    )  # fmt: skip
    FeatureSet.objects.get_or_create(
        encoder=encoder, catalog=catalog,
        defaults={
            "sha256": model_storage().keep_array(features.astype(np.float32)), "n_sources": len(features),
            "dim": features.shape[1],
        },
    )  # fmt: skip
    tell_catalog(catalog, "encoder", {"encoder": str(encoder)})
    return encoder
