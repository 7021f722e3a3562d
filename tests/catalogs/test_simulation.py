"""The galaxy simulator: deterministic bytes, honest headers, and sources that measure as their truth says."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import sep
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

from catalogs.simulation import SimulatedFiles, SimulationSpec, simulate_galaxy
from catalogs.simulation.instrument import BAND_NAMES, BANDS
from catalogs.simulation.shapes import half_light_radius
from galaxycat.errors import BadInput

SIZE_PX = 768


def digests(files: SimulatedFiles) -> list[str]:
    paths = [*files.bands.values(), *files.rms.values(), files.truth]
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def image(path: Path) -> np.ndarray:
    return np.ascontiguousarray(fits.getdata(path), dtype=np.float64)


@pytest.fixture(scope="module")
def galaxy(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFiles:
    spec = SimulationSpec("galaxy", size_px=SIZE_PX, n_sources=500, seed=5)
    return simulate_galaxy(spec, tmp_path_factory.mktemp("simulated") / "galaxy")


@pytest.fixture(scope="module")
def truth(galaxy: SimulatedFiles) -> Table:
    return Table.read(galaxy.truth, format="ascii.ecsv")


def test_same_seed_same_bytes_another_seed_other_bytes(tmp_path: Path) -> None:
    first = simulate_galaxy(SimulationSpec("a", size_px=256), tmp_path / "first")
    again = simulate_galaxy(SimulationSpec("a", size_px=256), tmp_path / "again")
    other = simulate_galaxy(SimulationSpec("a", size_px=256, seed=2), tmp_path / "other")
    assert len(digests(first)) == 11
    assert digests(first) == digests(again)
    assert not set(digests(first)) & set(digests(other))


def test_odd_sizes_work(tmp_path: Path) -> None:
    files = simulate_galaxy(SimulationSpec("odd", size_px=301), tmp_path / "odd")
    assert image(files.bands["f555w"]).shape == (301, 301)


def test_every_band_carries_hst_cards_and_says_it_is_simulated(galaxy: SimulatedFiles) -> None:
    assert tuple(galaxy.bands) == tuple(galaxy.rms) == BAND_NAMES == ("f275w", "f336w", "f438w", "f555w", "f814w")
    for band in BANDS:
        for path in (galaxy.bands[band.name], galaxy.rms[band.name]):
            header = fits.getheader(path)
            assert header["SIMULATD"] is True
            assert header["FILTER"] == band.name.upper()
            assert (header["TELESCOP"], header["INSTRUME"], header["BUNIT"]) == ("HST", "WFC3", "ELECTRONS/S")
            assert header["PHOTFLAM"] == band.photflam
            assert header["BITPIX"] == -32
            assert header["EXPTIME"] > 800
            assert "DATE" not in header
    # AB zero point of WFC3/UVIS F555W as published: 25.81.
    assert BANDS[3].zero_point_ab_mag == pytest.approx(25.81, abs=0.02)


def test_truth_sky_positions_agree_with_the_header(galaxy: SimulatedFiles, truth: Table) -> None:
    wcs = WCS(fits.getheader(galaxy.bands["f555w"]))
    x_px, y_px = wcs.all_world2pix(truth["ra_deg"], truth["dec_deg"], 0)
    assert np.abs(x_px - truth["x_px"]).max() < 1e-3
    assert np.abs(y_px - truth["y_px"]).max() < 1e-3
    assert np.allclose(wcs.proj_plane_pixel_scales()[0].to_value("arcsec"), 0.0396)


def test_classes_have_legus_shares(galaxy: SimulatedFiles, truth: Table) -> None:
    assert galaxy.classes == {1: 100, 2: 100, 3: 100, 4: 200}
    assert list(truth["id"]) == list(range(1, 501))
    spurious = set(truth["kind"][truth["legus_class"] == 4])
    assert spurious == {"star", "supergiant", "background_galaxy", "close_pair", "cosmic_ray", "hot_pixels"}
    assert SimulationSpec("default").source_count >= 1500


def test_magnitudes_have_units_and_only_artefacts_lack_some(truth: Table) -> None:
    artefact = np.isin(truth["kind"], ["cosmic_ray", "hot_pixels"])
    assert artefact.sum() > 0
    for name in BAND_NAMES:
        column = truth[f"mag_vega_{name}"]
        assert str(column.unit) == "mag"
        missing = np.ma.getmaskarray(np.ma.asarray(column))
        assert list(missing) == list(artefact & (name != "f555w"))


def test_no_pixel_is_nan_and_noise_is_positive(galaxy: SimulatedFiles) -> None:
    for name in BAND_NAMES:
        assert np.isfinite(image(galaxy.bands[name])).all()
        assert (image(galaxy.rms[name]) > 0).all()


def test_rms_maps_tell_the_scatter_of_blank_sky(galaxy: SimulatedFiles) -> None:
    for name in BAND_NAMES:
        science, rms = image(galaxy.bands[name]), image(galaxy.rms[name])
        corner = (slice(0, 60), slice(0, 60))
        pull = science[corner] / rms[corner]
        scatter = 1.4826 * np.median(np.abs(pull - np.median(pull)))
        assert scatter == pytest.approx(1.0, abs=0.15), name


def measured_concentration(data: np.ndarray, sources: Table) -> np.ndarray:
    """m(1 px) - m(3 px) with local sky from an annulus of 7 to 10 px, nan where a flux is not positive."""
    x, y = np.array(sources["x_px"]), np.array(sources["y_px"])
    ring = sep.sum_circann(data, x, y, 7, 10, subpix=0)[0] / (np.pi * (10**2 - 7**2))
    inner = sep.sum_circle(data, x, y, 1.0, subpix=0)[0] - np.pi * ring
    outer = sep.sum_circle(data, x, y, 3.0, subpix=0)[0] - 9 * np.pi * ring
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2.5 * np.log10(outer / inner))


def test_clusters_are_less_concentrated_than_stars_on_the_image(galaxy: SimulatedFiles, truth: Table) -> None:
    measured = measured_concentration(image(galaxy.bands["f555w"]), truth)
    saturated = truth["mag_vega_f555w"] < 18.5
    stars = np.nanmedian(measured[(truth["kind"] == "star") & ~saturated])
    clusters = np.nanmedian(measured[truth["legus_class"] == 1])
    assert 1.1 < stars < 1.35
    assert 1.4 < clusters < 2.0
    assert clusters - stars > 0.1


def test_listed_concentrations_are_those_of_the_psf(truth: Table) -> None:
    stars = truth["concentration_index"][truth["kind"] == "star"]
    assert 1.15 < stars.min() < stars.max() < 1.32
    assert np.median(truth["concentration_index"][truth["legus_class"] == 1]) == pytest.approx(1.7, abs=0.1)


def test_listed_sources_stand_above_the_noise(galaxy: SimulatedFiles, truth: Table) -> None:
    """S/N by the rms map, over each source's own aperture: above 10 for nine in ten."""
    x, y = np.array(truth["x_px"]), np.array(truth["y_px"])
    radius_px = 2.0 + 1.5 * np.array(truth["effective_radius_px"])
    variance = sep.sum_circle(image(galaxy.rms["f555w"]) ** 2, x, y, radius_px, subpix=0)[0]
    rate = BANDS[3].rate(np.array(truth["mag_vega_f555w"]))
    assert np.mean(rate / np.sqrt(variance) > 10) > 0.9


@pytest.mark.parametrize("name", BAND_NAMES)
def test_a_bright_isolated_star_has_its_magnitude(tmp_path: Path, name: str) -> None:
    catalog = tmp_path / "one.csv"
    columns = ",".join(f"mag_vega_{band}" for band in BAND_NAMES)
    catalog.write_text(f"x_px,y_px,kind,{columns}\n40.3,45.8,star,19.5,19.5,19.5,19.5,19.5\n")
    spec = SimulationSpec("star", size_px=512, catalog=catalog)
    files = simulate_galaxy(spec, tmp_path / "star")
    data, header = image(files.bands[name]), fits.getheader(files.bands[name])
    x, y = [40.3], [45.8]
    ring = sep.sum_circann(data, x, y, 30, 36, subpix=0)[0][0] / (np.pi * (36**2 - 30**2))
    flux = sep.sum_circle(data, x, y, 25.0, subpix=0)[0][0] - np.pi * 25**2 * ring
    zero_point_ab = -2.5 * np.log10(header["PHOTFLAM"]) - 5 * np.log10(header["PHOTPLAM"]) - 2.408
    band = BANDS[BAND_NAMES.index(name)]
    expected = 10 ** (-0.4 * (19.5 + band.vega_ab_mag - zero_point_ab))
    assert flux == pytest.approx(expected, rel=0.05)


def test_a_catalogue_decides_places_classes_magnitudes_and_concentration(tmp_path: Path) -> None:
    table = Table(
        {
            "x_px": [100.25, 200.5],
            "y_px": [80.0, 140.75],
            "legus_class": [1, 3],
            "mag_v": [21.0, 99.999],
            "ci": [1.6, np.nan],
        }
    )
    table.write(tmp_path / "sources.ecsv", format="ascii.ecsv")
    spec = SimulationSpec("given", size_px=256, catalog=tmp_path / "sources.ecsv")
    files = simulate_galaxy(spec, tmp_path / "given")
    found = Table.read(files.truth, format="ascii.ecsv")
    assert files.classes == {1: 1, 2: 0, 3: 1, 4: 0}
    assert list(found["x_px"]) == [100.25, 200.5]
    assert list(found["y_px"]) == [80.0, 140.75]
    assert found["mag_vega_f555w"][0] == pytest.approx(21.0)
    assert 15 < found["mag_vega_f555w"][1] < 25
    assert found["concentration_index"][0] == pytest.approx(1.6, abs=0.1)


def test_a_truth_table_is_a_catalogue(galaxy: SimulatedFiles, truth: Table, tmp_path: Path) -> None:
    spec = SimulationSpec("twin", size_px=SIZE_PX, seed=9, catalog=galaxy.truth)
    twin = Table.read(simulate_galaxy(spec, tmp_path / "twin").truth, format="ascii.ecsv")
    for name in ("x_px", "y_px", "kind", "legus_class", "mag_vega_f555w", "mag_vega_f275w"):
        assert list(twin[name].astype(str)) == list(truth[name].astype(str)), name


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.csv", "x_px,y\n1,2\n", "no column y_px"),
        ("bad.csv", "x_px,y_px\n10,20\n30,4000\n", "row 2: y_px=4000"),
        ("bad.csv", "x_px,y_px\n10,left\n", "column y_px"),
        ("bad.csv", "x_px,y_px\n", "no rows"),
        ("bad.csv", "x_px,y_px,kind\n1,2,quasar\n", "row 1: kind 'quasar'"),
        ("bad.txt", "x_px,y_px\n1,2\n", ".ecsv or .csv"),
        ("bad.ecsv", "not a table", "not a readable table"),
    ],
)
def test_an_unusable_catalogue_is_one_clear_line(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    spec = SimulationSpec("x", size_px=256, catalog=tmp_path / name)
    with pytest.raises(BadInput) as raised:
        simulate_galaxy(spec, tmp_path / "out")
    assert said in str(raised.value)
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"name": "Not A Slug"},
        {"name": "x", "size_px": 127},
        {"name": "x", "size_px": 20_001},
        {"name": "x", "seed": -1},
        {"name": "x", "n_sources": 0},
        {"name": "x", "size_px": 128, "n_sources": 5000},
    ],
)
def test_unusable_options_are_refused(options: dict) -> None:
    with pytest.raises(BadInput):
        SimulationSpec(**options)


def test_a_finished_folder_is_reused_and_another_spec_replaces_it(tmp_path: Path) -> None:
    folder, said = tmp_path / "again", []
    files = simulate_galaxy(SimulationSpec("x", size_px=128), folder)
    made = files.truth.stat().st_mtime_ns
    assert simulate_galaxy(SimulationSpec("x", size_px=128), folder, said.append) == files
    assert files.truth.stat().st_mtime_ns == made
    assert "reused" in said[-1]
    simulate_galaxy(SimulationSpec("x", size_px=130), folder)
    assert image(files.bands["f275w"]).shape == (130, 130)
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(BadInput, match="something other than a simulation"):
        simulate_galaxy(SimulationSpec("x", size_px=128), tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize(("profile", "parameter", "expected"), [("sersic", 1.0, 1.0), ("eff", 4.0, 1.0)])
def test_half_light_radii_are_known_ones(profile: str, parameter: float, expected: float) -> None:
    """Sersic profiles are written in their half-light radius; EFF of gamma 4 holds half its light within a."""
    assert half_light_radius(profile, parameter) == pytest.approx(expected, rel=0.02)
