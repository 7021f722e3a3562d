"""What a model knows of each source of a catalogue: photometry, and an encoder's features where there is one."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import numpy as np

from catalogs.models import Catalog, Source
from catalogs.readings import band_keys
from mlops.learning.photometry import photometric_features
from mlops.models import Encoder, FeatureSet


@dataclass(frozen=True)
class SourceOrder:
    """A catalogue's sources in order of their number: the rows of every array about them."""

    pks: np.ndarray  # (n,) int64
    row_of: dict[int, int]  # primary key -> row
    x_px: np.ndarray  # (n,)
    y_px: np.ndarray  # (n,)
    on_image: np.ndarray  # (n,) bool


@dataclass(frozen=True)
class Features:
    """`matrix` (n, d) float32, a row a source in their order; `encoder` is None where there is photometry alone."""

    order: SourceOrder
    matrix: np.ndarray
    names: list[str]
    encoder: Encoder | None


def source_order(catalog: Catalog) -> SourceOrder:
    """The catalogue's rows. A catalogue is immutable, so this is remembered by its UUID."""
    return _source_order(catalog.uuid)


@lru_cache(maxsize=8)
def _source_order(catalog_uuid: UUID) -> SourceOrder:
    rows = list(
        Source.objects.filter(catalog__uuid=catalog_uuid)
        .order_by("number")
        .values_list("pk", "x_px", "y_px", "is_outside")
    )
    columns = [np.array(column) for column in zip(*rows, strict=True)] or [np.zeros(0)] * 4
    pks = columns[0].astype(np.int64)
    return SourceOrder(
        pks=pks,
        row_of={int(pk): row for row, pk in enumerate(pks)},
        x_px=columns[1].astype(float),
        y_px=columns[2].astype(float),
        on_image=~columns[3].astype(bool),
    )


def latest_features(catalog: Catalog) -> FeatureSet | None:
    """The features of the encoder that was trained last, on the catalogue's galaxy."""
    return catalog.feature_sets.select_related("encoder").order_by("pk").last()


def features_of(catalog: Catalog, encoder: Encoder | None) -> Features:
    """The catalogue's features: photometry, and beside it the encoder's, each scaled to unit spread."""
    order = source_order(catalog)
    measurements = list(catalog.sources.order_by("number").values_list("measurements", flat=True))
    bands = catalog.galaxy.latest_mosaic.bands.order_by("position").values_list("name", flat=True)
    matrix, names = photometric_features(measurements, list(band_keys(list(bands)).values()))
    parts, all_names = [matrix], list(names)
    if encoder is not None:
        learnt = catalog.feature_sets.get(encoder=encoder).read()
        parts.append(standardised(np.asarray(learnt, dtype=np.float32), order.on_image))
        all_names += [f"encoder_{index}" for index in range(learnt.shape[1])]
    whole = np.hstack(parts).astype(np.float32)
    if not whole.shape[1]:
        # Nothing was measured: a model can still learn how frequent each class is.
        whole, all_names = np.zeros((len(order.pks), 1), dtype=np.float32), ["nothing"]
    return Features(order, whole, all_names, encoder)


def standardised(features: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Each column of (n, d) less its mean and divided by its spread, both taken over the rows `among`."""
    if not among.any():
        return np.zeros_like(features)
    mean, spread = features[among].mean(axis=0), features[among].std(axis=0)
    scaled: np.ndarray = (features - mean) / np.where(spread > 0, spread, 1)
    return scaled
