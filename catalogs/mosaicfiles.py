"""The image files of a mosaic: written from its bands, stored by content, and taken out again where no row came to name them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Q
from rasterio._err import CPLE_BaseError  # what a failed copy raises has no public name
from rasterio.errors import RasterioError

from catalogs.imagery.display import DisplayScale, write_display_cog
from catalogs.imagery.fitsband import BandFile
from catalogs.imagery.limits import Limits, recipe_limits
from catalogs.imagery.lineplane import LinePlane, ShownLine, fit_planes, write_line_cog
from catalogs.imagery.lines import FilterBand, line_pairs
from catalogs.imagery.recipes import Recipe
from catalogs.imagery.renditions import BandInfo, default_recipes
from catalogs.imagery.reprojection import ReprojectedBand
from catalogs.imagery.science import Progress, share, write_science_cog
from catalogs.imagery.statistics import BandStatistics, cog_overview, measure_cog
from catalogs.imagery.tiles import READER, max_zoom
from catalogs.models import Mosaic
from catalogs.storage import image_storage
from galaxycat.errors import BadInput

GridBand = BandFile | ReprojectedBand
LARGEST_VALUE = 1e30
SCIENCE, LINES = "science.tif", "lines.tif"
# Shares of the time of an ingest.
WRITTEN, MEASURED, SUBTRACTED, DRAWN, STORED = 0.5, 0.55, 0.65, 0.9, 0.98


@dataclass(frozen=True)
class Images:
    """The finished image files of a mosaic (`science`, `display`, and of each reprojected band its own) as drafts, what
    was measured on them, and their keys once they are stored."""

    drafts: dict[str, Path]
    max_zoom: int
    statistics: list[BandStatistics]
    scales: list[DisplayScale]
    recipes: list[Recipe]
    limits: list[dict[str, list[Limits]]]
    lines: list[ShownLine]
    warnings: list[str]
    keys: dict[str, str] = field(default_factory=dict)


@contextmanager
def stored_images(
    drafts: Path, files: Sequence[BandFile], on_grid: Sequence[GridBand], progress: Progress
) -> Iterator[Images]:
    """The finished images in the storage, by way of the folder `drafts`; those that no mosaic came to refer to are taken out
    again."""
    store = image_storage()
    try:
        with _room_on_disk():
            images = _write_images(drafts, files, on_grid, progress)
    finally:
        # What it keeps open takes room on the disk after it was deleted.
        READER.close()
    progress(STORED, "storing the images")
    with store.held():
        try:
            with _room_on_disk():
                for kind, path in images.drafts.items():
                    images.keys[kind] = store.adopt(path)
            yield images
        finally:
            _take_out_unnamed(images.keys.values())


def _take_out_unnamed(keys: Iterable[str]) -> None:
    for key in keys:
        uses = Q(science_sha256=key) | Q(display_sha256=key) | Q(bands__native_sha256=key)
        if not Mosaic.objects.filter(uses).exists():
            Path(image_storage().gdal_path(key)).unlink(missing_ok=True)


@contextmanager
def _room_on_disk() -> Iterator[None]:
    """What the disk, and GDAL on it, refuse, as BadInput with the mend. A band that cannot be read names itself before."""
    try:
        yield
    except (OSError, RasterioError, CPLE_BaseError) as error:
        reason = str(getattr(error, "strerror", None) or error.__cause__ or error)
        # Who ingests from the web is not to see where things lie on the server.
        reason = reason.replace(str(image_storage().location), "images")
        raise BadInput(
            f"the images cannot be written ({reason}): make room under GALAXYCAT_HOME, then run this again"
        ) from error


def _write_images(folder: Path, files: Sequence[BandFile], on_grid: Sequence[GridBand], progress: Progress) -> Images:
    science, display = folder / SCIENCE, folder / "display.tif"
    write_science_cog(on_grid, science, share(progress, 0.0, WRITTEN))
    statistics, sample = measure_cog(science, share(progress, WRITTEN, MEASURED))
    _require_drawable(files, statistics)
    scales = [DisplayScale(background=each.background, noise=each.noise_sigma) for each in statistics]
    infos = [
        BandInfo(
            name=file.name,
            pivot_wavelength_nm=file.calibration.pivot_wavelength_nm,
            photflam=file.calibration.photflam,
            statistics=each,
            filter_name=file.calibration.filter_name,
        )
        for file, each in zip(files, statistics, strict=True)
    ]
    overview = cog_overview(science)
    planes, warnings = _write_lines(folder, infos, share(progress, MEASURED, SUBTRACTED))
    derived = folder / LINES if planes else None
    lines: list[ShownLine] = []
    if derived:
        line_statistics, line_sample = measure_cog(derived)
        lines = _shown(planes, line_statistics, files)
        sample |= line_sample
        overview |= cog_overview(derived)
    by_name = {file.name: scale for file, scale in zip(files, scales, strict=True)}
    by_name |= {line.plane.pair.name: line.scale for line in lines}
    progress(SUBTRACTED, "choosing limits")
    recipes = default_recipes(infos, overview, [line.plane.pair for line in lines])
    limits = [recipe_limits(recipe, sample) for recipe in recipes]
    del overview, sample  # tens of megabytes, which the display pyramid's strips need
    write_display_cog(science, by_name, display, share(progress, SUBTRACTED, DRAWN), derived)
    return Images(
        drafts={"science": science, "display": display}
        | _write_natives(folder, on_grid, share(progress, DRAWN, STORED)),
        max_zoom=max_zoom(display),
        statistics=statistics,
        scales=scales,
        recipes=recipes,
        limits=limits,
        lines=lines,
        warnings=warnings,
    )


def _write_lines(folder: Path, bands: Sequence[BandInfo], progress: Progress) -> tuple[list[LinePlane], list[str]]:
    """The images of emission lines that the bands allow, in a COG of their own beside the science COG, and warnings."""
    pairs = line_pairs([FilterBand(band.name, band.filter_name, band.pivot_wavelength_nm) for band in bands])
    taken = {band.name for band in bands}
    progress(0.0, "fitting the continuum of emission lines")
    planes, warnings = fit_planes(folder / SCIENCE, [pair for pair in pairs if pair.name not in taken])
    if planes:
        write_line_cog(folder / SCIENCE, planes, folder / LINES, progress)
    return planes, warnings


def _shown(
    planes: Sequence[LinePlane], statistics: Sequence[BandStatistics], files: Sequence[BandFile]
) -> list[ShownLine]:
    """Where the planes come in the display pyramid, behind the bands, and how."""
    units = {file.name: file.calibration.unit or "" for file in files}
    return [
        ShownLine(plane, position, units[plane.pair.narrow][:64], DisplayScale(each.background, each.noise_sigma))
        for position, (plane, each) in enumerate(zip(planes, statistics, strict=True), start=len(files) + 1)
    ]


def _write_natives(folder: Path, on_grid: Sequence[GridBand], progress: Progress) -> dict[str, Path]:
    """Band name -> its image on its own grid, of the bands that were reprojected."""
    natives: dict[str, Path] = {}
    moved = [(index, band) for index, band in enumerate(on_grid) if isinstance(band, ReprojectedBand)]
    for done, (index, band) in enumerate(moved):
        path = natives[native_key(band.name)] = folder / f"native-{index}.tif"
        write_science_cog([band.band], path, share(progress, done / len(moved), (done + 1) / len(moved)))
    return natives


def native_key(band: str) -> str:
    """How a band's own image is called among the drafts and keys."""
    return f"native {band}"


def _require_drawable(files: Sequence[BandFile], statistics: Sequence[BandStatistics]) -> None:
    for file, each in zip(files, statistics, strict=True):
        if each.valid_fraction == 0:
            raise BadInput(
                f"{file.path}: band {file.name} has no data within the reference band's image: leave it out, or choose "
                "another --reference"
            )
        largest = max(abs(each.minimum), abs(each.maximum))
        if largest > LARGEST_VALUE:
            raise BadInput(
                f"{file.path}: has values up to {largest:.0e}, beyond what can be drawn; mask or rescale them"
            )
        if each.minimum == each.maximum:
            raise BadInput(
                f"{file.path}: every pixel is {each.minimum:g}, so there is nothing to see; name another image"
            )
