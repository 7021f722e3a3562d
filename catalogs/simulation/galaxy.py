"""Simulate a galaxy into a folder: FITS and rms in each band, the truth, and the spec they came from."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table

from catalogs.simulation.catalog_input import read_catalog
from catalogs.simulation.disk import DiffuseLight, band_plane, diffuse_light
from catalogs.simulation.field import FieldStars, add_nebulae, field_stars
from catalogs.simulation.instrument import BANDS, Band, band_header, read_variance
from catalogs.simulation.population import draw_sources
from catalogs.simulation.rendering import add_field_stars, add_sources, bleed
from catalogs.simulation.spec import SimulatedFiles, SimulationSpec
from catalogs.simulation.truth import truth_table, write_truth
from galaxycat.errors import BadInput

SPEC_FILE, TRUTH_FILE = "spec.json", "truth.ecsv"
NOISE_ROWS = 512
# Above this side two bands at once would need more memory than they save time.
THREADS_UP_TO_PX = 4096


def _quiet(line: str) -> None:
    pass


def simulate_galaxy(spec: SimulationSpec, folder: Path, progress: Callable[[str], None] = _quiet) -> SimulatedFiles:
    """Simulate `spec` into `folder`, which appears whole or not at all; the same spec gives the same bytes.

    A folder that already holds this spec is handed back as it is; one that holds another simulation is replaced.
    Raises BadInput when the catalogue cannot be used or `folder` holds anything else.
    """
    given = None if spec.catalog is None else read_catalog(spec.catalog, spec)
    fingerprint = json.dumps(spec.fingerprint(), indent=1, sort_keys=True) + "\n"
    if _is_done(folder, fingerprint):
        progress(f"{folder}: already simulated with this spec, reused")
        return simulated_files(folder)
    _check_replaceable(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise BadInput(f"--output: {folder} cannot be made ({error.strerror}); name a folder of yours") from error
    try:
        light_seed, source_seed, field_seed, *noise_seeds = np.random.SeedSequence(spec.seed).spawn(3 + len(BANDS))
        progress(f"smooth light of {spec.size_px} x {spec.size_px} px")
        light = diffuse_light(spec, np.random.default_rng(light_seed))
        sources = draw_sources(spec, light, source_seed, given)
        field_rng = np.random.default_rng(field_seed)
        stars = field_stars(spec, light, field_rng)
        add_nebulae(spec, light, sources, field_rng)
        planes = _noiseless_planes(spec, light, stars, progress)
        del light
        progress(f"{len(sources)} sources")
        concentrations = add_sources(planes, sources, spec.seed, progress)
        write_truth(truth_table(spec, sources, concentrations), staging / TRUTH_FILE)
        progress("noise and files")
        _in_bands(
            spec, lambda k: _write_band(spec, BANDS[k], planes[k], np.random.default_rng(noise_seeds[k]), staging)
        )
        (staging / SPEC_FILE).write_text(fingerprint)
        _publish(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return simulated_files(folder)


def simulated_files(folder: Path) -> SimulatedFiles:
    """The files of a finished simulation."""
    truth = folder / TRUTH_FILE
    counts = Counter(int(legus) for legus in Table.read(truth, format="ascii.ecsv")["legus_class"])
    return SimulatedFiles(
        bands={band.name: folder / f"{band.name}.fits" for band in BANDS},
        rms={band.name: folder / f"{band.name}_rms.fits" for band in BANDS},
        truth=truth,
        classes={legus: counts.get(legus, 0) for legus in (1, 2, 3, 4)},
    )


def _in_bands(spec: SimulationSpec, work: Callable[[int], None]) -> None:
    """Do something for each band; bands do not share random numbers, so their order cannot matter."""
    with ThreadPoolExecutor(max_workers=2 if spec.size_px <= THREADS_UP_TO_PX else 1) as pool:
        list(pool.map(work, range(len(BANDS))))


def _noiseless_planes(
    spec: SimulationSpec, light: DiffuseLight, stars: FieldStars, progress: Callable[[str], None]
) -> list[np.ndarray]:
    planes: dict[int, np.ndarray] = {}

    def draw(k: int) -> None:
        planes[k] = band_plane(light, k)
        add_field_stars(planes[k], BANDS[k], stars.x_px, stars.y_px, stars.rates(k))
        progress(f"{BANDS[k].name}: galaxy and {len(stars.x_px)} field stars")

    _in_bands(spec, draw)
    return [planes[k] for k in range(len(BANDS))]


def observed(
    spec: SimulationSpec, band: Band, plane: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Sky-subtracted image and its 1-sigma noise, e-/s, float32: Poisson noise of light, sky and dark, read noise."""
    time, sky, readout = band.exposure_s(spec), band.sky(spec), read_variance(band, spec)
    image, rms = np.empty_like(plane), np.empty_like(plane)
    for first in range(0, plane.shape[0], NOISE_ROWS):
        rows = slice(first, first + NOISE_ROWS)
        expected = (np.maximum(plane[rows], 0) + sky) * time
        read = rng.standard_normal(expected.shape, dtype=np.float32) * np.float32(np.sqrt(readout))
        image[rows] = rng.poisson(expected) / time - sky + read
        rms[rows] = np.sqrt(expected / time**2 + readout)
    return image, rms


def _write_band(spec: SimulationSpec, band: Band, plane: np.ndarray, rng: np.random.Generator, folder: Path) -> None:
    bleed(plane, band, spec)
    image, rms = observed(spec, band, plane, rng)
    fits.PrimaryHDU(image, band_header(band, spec, "science")).writeto(folder / f"{band.name}.fits")
    fits.PrimaryHDU(rms, band_header(band, spec, "rms")).writeto(folder / f"{band.name}_rms.fits")


def _is_done(folder: Path, fingerprint: str) -> bool:
    """Whether the folder was finished with this very spec: the spec file is in place only when all files are."""
    spec_file = folder / SPEC_FILE
    if not spec_file.is_file() or spec_file.read_text() != fingerprint:
        return False
    names = [f"{band.name}{kind}.fits" for band in BANDS for kind in ("", "_rms")]
    return all((folder / name).is_file() for name in [TRUTH_FILE, *names])


def _check_replaceable(folder: Path) -> None:
    """Never replace what is not a simulation."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput(f"{folder}: is a file; choose another folder with --output.")
    if any(folder.iterdir()) and not (folder / SPEC_FILE).is_file():
        raise BadInput(f"{folder}: holds something other than a simulation; choose another folder with --output.")


def _publish(staging: Path, folder: Path) -> None:
    """Put the finished folder in place of what was there."""
    staging.chmod(0o755)  # mkdtemp keeps others out
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        folder.rename(old / "old")
        staging.rename(folder)
        shutil.rmtree(old)
    else:
        staging.rename(folder)
