"""Published predictions as those of an imported model: StarcNet's tables for LEGUS."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.text import slugify

from catalogs.models import Catalog
from catalogs.storage import sha256_of
from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from labeling.schemes import legus_scheme
from mlops.featuring import source_order
from mlops.fitting import as_bytes, free_predictor_name, keep_version
from mlops.models import ModelVersion, Predictor

# Along either axis: the tables cut their catalogue's places down to whole pixels.
TOLERANCE_PX = 1.0
MAX_SHOWN = 5
ROW = re.compile(r"(?P<id>\d+)\s+(?P<x>\S+)\s+(?P<y>\S+)\s+(?P<label>\S+)\s+\[(?P<scores>[^\]]*)\]")
SEPARATOR = re.compile(r"\s+-\s+")


@dataclass(frozen=True)
class PublishedRow:
    """One line of a table: pixels counted from 0, the scores (n_labels,) as published, rounded to hundredths."""

    line: int
    number: int
    x_px: float
    y_px: float
    label: str
    scores: list[float]


@dataclass(frozen=True)
class ImportedPredictions:
    """A new version, and the lines that were left out with the reason of each."""

    version: ModelVersion
    n_imported: int
    n_sources: int
    rejected: list[tuple[int, str]]

    @property
    def sentence(self) -> str:
        """The result in one line for a person."""
        said = f"{self.version}: predictions of {self.n_imported:,} of {self.n_sources:,} sources imported"
        if not self.rejected:
            return f"{said}."
        line, reason = self.rejected[0]
        return f"{said}; {len(self.rejected):,} lines left out, the first in line {line}: {reason}."


def parse_row(line: int, text: str, labels: list[str]) -> PublishedRow:
    """`id x y class [score - score - ...]`, pixels counted from 1 as LEGUS does. Raises BadInput with the reason."""
    match = ROW.fullmatch(text.strip())
    if match is None:
        raise BadInput("not of the form: id x y class [score - score - score - score]")
    try:
        x_px, y_px = float(match["x"]) - 1, float(match["y"]) - 1
        scores = [float(score) for score in SEPARATOR.split(match["scores"].strip())]
    except ValueError:
        raise BadInput("a place or a score is not a number") from None
    if not np.isfinite([x_px, y_px, *scores]).all():
        raise BadInput("a place or a score is not a number")
    if match["label"] not in labels:
        raise BadInput(f"class {match['label']} is not one of {', '.join(labels)}")
    if len(scores) != len(labels) or not all(0 <= score <= 1 for score in scores):
        raise BadInput(f"there must be {len(labels)} scores from 0 to 1")
    if not 0.9 <= sum(scores) <= 1.1:
        raise BadInput(f"the scores add up to {sum(scores):.2f}, not to 1")
    return PublishedRow(line, int(match["id"]), x_px, y_px, match["label"], scores)


def import_predictions(
    *, catalog: Catalog, path: Path, name: str | None = None, created_by: User | None = None
) -> ImportedPredictions:
    """Keep a published table as a model's predictions of the catalogue's sources.

    A row is its source's when the number is the same and the place within TOLERANCE_PX along either axis: numbers alone may be of another
    version of the catalogue. Raises BadInput for a file with no usable row; then nothing is kept.
    """
    scheme = legus_scheme()
    labels = list(scheme.labels.values_list("value", flat=True))
    parsed, rejected = _parsed(path, labels)
    probabilities, misplaced = _placed(catalog, parsed, labels)
    rejected = sorted([*rejected, *misplaced])
    n_imported = int(np.isfinite(probabilities[:, 0]).sum())
    if not n_imported:
        reason = (
            f"the first line left out is {rejected[0][0]}: {rejected[0][1]}" if rejected else "the file has no lines"
        )
        raise BadInput(f"{path.name}: no row is a prediction of a source of {catalog}; {reason}")
    content = as_bytes(probabilities)
    version = keep_version(
        predictor=_predictor(catalog, name or path.stem),
        content=content, probabilities=probabilities, labels=labels, created_by=created_by,
        facts={
            "file": path.name[-255:], "file_sha256": sha256_of(path), "n_imported": n_imported,
            "n_rejected": len(rejected), "rejected": rejected[:MAX_SHOWN],
        },
    )  # fmt: skip
    return ImportedPredictions(version, n_imported, len(probabilities), rejected)


def _parsed(path: Path, labels: list[str]) -> tuple[list[PublishedRow], list[tuple[int, str]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path.name}: cannot be read as text ({error.__class__.__name__}); give a StarcNet table"
        ) from None
    parsed, rejected = [], []
    for line, text in enumerate(lines, 1):
        if not text.strip() or text.startswith("#"):
            continue
        try:
            parsed.append(parse_row(line, text, labels))
        except BadInput as error:
            rejected.append((line, str(error)))
    return parsed, rejected


def _placed(catalog: Catalog, rows: list[PublishedRow], labels: list[str]) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """(n_sources, n_labels) scores in order of the sources' number, NaN where there is no row; and what fits no source."""
    order = source_order(catalog)
    row_of_number = {
        number: row for row, number in enumerate(catalog.sources.order_by("number").values_list("number", flat=True))
    }
    scores = np.full((len(order.pks), len(labels)), np.nan, dtype=np.float32)
    rejected = []
    for published in rows:
        row = row_of_number.get(published.number)
        if row is None:
            rejected.append((published.line, f"{catalog} has no source {published.number}"))
        elif np.isfinite(scores[row, 0]):
            rejected.append((published.line, f"source {published.number} has a prediction in a line before"))
        elif (far := _distance_px(published, order.x_px[row], order.y_px[row])) > TOLERANCE_PX:
            rejected.append(
                (published.line, f"source {published.number} is {far:.1f} px away from its place in {catalog}")
            )
        else:
            scores[row] = published.scores
            # Of two scores that are equal as rounded the published class has the higher, by the least there is.
            code = labels.index(published.label)
            scores[row, code] = np.nextafter(scores[row, code], np.float32(2))
    return scores, rejected


def _distance_px(published: PublishedRow, x_px: float, y_px: float) -> float:
    return float(max(abs(published.x_px - x_px), abs(published.y_px - y_px)))


def _predictor(catalog: Catalog, name: str) -> Predictor:
    """The imported model of this name: importing it again makes another version of it."""
    known = catalog.predictors.filter(kind=Predictor.Kind.IMPORTED, name=slugify(name)[:54]).first()
    return known or Predictor.objects.create(
        catalog=catalog, scheme=legus_scheme(), kind=Predictor.Kind.IMPORTED, name=free_predictor_name(catalog, name)
    )
