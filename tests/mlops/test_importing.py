"""Published predictions: StarcNet's tables as an imported model's, checked row by row."""

import numpy as np
import pytest

from catalogs.importing import import_catalog
from catalogs.models import Source
from galaxycat.errors import BadInput
from mlops.importing import import_predictions, parse_row
from mlops.models import Predictor
from mlops.predicting import predictions_of
from mlops.reports import reports_of
from tests.commands import run_json
from tests.factories import make_catalog, make_galaxy, make_team

pytestmark = pytest.mark.django_db
LABELS = ["1", "2", "3", "4"]


@pytest.fixture
def catalog():
    """Three sources at (10, 20), (30, 40), (50, 60), pixels from 0."""
    catalog = make_catalog(make_galaxy(make_team(), "ngc-1"), 0, name="legus")
    for number, (x_px, y_px) in enumerate([(10, 20), (30, 40), (50, 60)], 1):
        Source.objects.create(catalog=catalog, number=number, x_px=x_px, y_px=y_px, published_label=str(number))
    return catalog


def write(tmp_path, *lines: str):
    path = tmp_path / "starcnet.tab"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_row_counts_pixels_from_one_and_is_kept_from_zero():
    row = parse_row(3, "7\t2422\t921\t4\t[0.00 - 0.00 - 0.02 - 0.98]", LABELS)
    assert (row.number, row.x_px, row.y_px, row.label) == (7, 2421, 920, "4")
    assert row.scores == [0, 0, 0.02, 0.98]


def test_a_table_becomes_a_models_predictions(catalog, tmp_path):
    path = write(
        tmp_path,
        "1\t11\t21\t1\t[0.90 - 0.08 - 0.01 - 0.01]",
        "2\t31.4\t41\t4\t[0.10 - 0.20 - 0.30 - 0.40]",
    )
    imported = import_predictions(catalog=catalog, path=path)
    assert (imported.n_imported, imported.n_sources, imported.rejected) == (2, 3, [])
    assert str(imported.version) == "starcnet@1"
    assert predictions_of(imported.version)[:2] == pytest.approx(
        np.array([[0.9, 0.08, 0.01, 0.01], [0.1, 0.2, 0.3, 0.4]])
    )
    assert np.isnan(predictions_of(imported.version)[2]).all()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("9\t11\t21\t1\t[0.9 - 0.1 - 0 - 0]", "legus has no source 9"),
        ("2\t11\t21\t1\t[0.9 - 0.1 - 0 - 0]", "source 2 is 20.0 px away from its place in legus"),
        ("2\t30\t41\t5\t[0.9 - 0.1 - 0 - 0]", "class 5 is not one of 1, 2, 3, 4"),
        ("2\t31\t41\t1\t[0.9 - 0.1 - 0]", "there must be 4 scores from 0 to 1"),
        ("2\t31\t41\t1\t[0.9 - 0.9 - 0 - 0]", "the scores add up to 1.80, not to 1"),
        ("2\t31\tnorth\t1\t[0.9 - 0.1 - 0 - 0]", "a place or a score is not a number"),
        ("2\tnan\t41\t1\t[0.9 - 0.1 - 0 - 0]", "a place or a score is not a number"),
        ("1\t11\t21\t1\t[0.9 - 0.1 - 0 - 0]", "source 1 has a prediction in a line before"),
        ("what is this", "not of the form: id x y class [score - score - score - score]"),
    ],
)
def test_a_bad_row_is_left_out_with_its_line_and_reason(catalog, tmp_path, line, reason):
    path = write(tmp_path, "1\t11\t21\t1\t[0.9 - 0.1 - 0.0 - 0.0]", line)
    imported = import_predictions(catalog=catalog, path=path)
    assert imported.n_imported == 1
    assert imported.rejected == [(2, reason)]
    assert f"the first in line 2: {reason}" in imported.sentence


def test_a_file_without_a_usable_row_is_refused_and_nothing_is_kept(catalog, tmp_path):
    with pytest.raises(
        BadInput, match=r"starcnet.tab: no row is a prediction of a source of legus; the first line left out is 1: .*"
    ):
        import_predictions(catalog=catalog, path=write(tmp_path, "1\t500\t500\t1\t[1 - 0 - 0 - 0]"))
    assert not Predictor.objects.exists()


def test_importing_again_makes_another_version_and_the_first_can_be_read_still(catalog, tmp_path):
    first = import_predictions(catalog=catalog, path=write(tmp_path, "1\t11\t21\t1\t[0.9 - 0.1 - 0 - 0]")).version
    second = import_predictions(catalog=catalog, path=write(tmp_path, "1\t11\t21\t1\t[0.8 - 0.2 - 0 - 0]")).version
    assert (str(first), str(second)) == ("starcnet@1", "starcnet@2")
    assert predictions_of(first)[0, 0] == pytest.approx(0.9)
    assert predictions_of(second)[0, 0] == pytest.approx(0.8)


def test_the_command_says_what_it_did(catalog, tmp_path):
    path = write(tmp_path, "1\t11\t21\t1\t[0.9 - 0.1 - 0 - 0]", "9\t1\t1\t1\t[0.9 - 0.1 - 0 - 0]")
    assert run_json("import_predictions", "ngc-1", "legus", str(path), "--name", "StarcNet") == {
        "model": "starcnet@1",
        "predictions": 1,
        "classes": {"1": 1, "2": 0, "3": 0, "4": 0},
        "rejected": [{"line": 2, "reason": "legus has no source 9"}],
    }


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("galaxy", "n_rows", "n_compared", "accuracy", "binary_accuracy"),
    [("ngc3344", 1527, 557, 0.6715, 0.8689), ("ngc6503", 4225, 470, 0.5787, 0.8255)],
)
def test_starcnets_tables_import_onto_legus_catalogues(
    sample_data, galaxy, n_rows, n_compared, accuracy, binary_accuracy
):
    folder = sample_data / "legus"
    (catalogue,) = folder.glob(f"hlsp*{galaxy}*.tab")
    grid = make_galaxy(make_team(), galaxy, width_px=9000, height_px=9000)
    catalog = import_catalog(galaxy=grid, path=catalogue, format_="legus").catalog
    table = folder / f"starcnet_pred_{galaxy}.tab"
    imported = import_predictions(catalog=catalog, path=table, name="StarcNet")
    assert (imported.n_imported, imported.n_sources, imported.rejected) == (n_rows, n_rows, [])
    # The class in the table is the one with the highest score, which of equal scores too.
    published = {int(line.split("\t")[0]): line.split("\t")[3] for line in table.read_text().splitlines()}
    numbers = catalog.sources.order_by("number").values_list("number", flat=True)
    predicted = predictions_of(imported.version).argmax(axis=1) + 1
    assert {number: str(label) for number, label in zip(numbers, predicted, strict=True)} == published
    (report,) = reports_of(grid)
    (comparison,) = report.comparisons
    metrics = comparison.metrics
    assert (comparison.against, metrics["n"]) == ("classes published with the catalogue", n_compared)
    assert metrics["accuracy"] == pytest.approx(accuracy, abs=5e-4)
    assert metrics["binary_accuracy"] == pytest.approx(binary_accuracy, abs=5e-4)
