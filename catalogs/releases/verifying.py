"""Verifying a release: rebuilt from the database, compared byte for byte, and the first difference named."""

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
from astropy.io import votable
from astropy.table import Table

from catalogs.models import Release
from catalogs.releases.files import RELEASE_FORMATS
from catalogs.releases.making import Built, Progress, build
from catalogs.releases.manifest import NOT_COMPARED, sha256_of_text, software
from catalogs.storage import release_storage


@dataclass
class Verification:
    """`differences` are lines that name the file, the first differing column and row; none where all is as it was."""

    release: Release
    files: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        return {
            "galaxy": self.release.galaxy.slug,
            "version": self.release.version,
            "uuid": str(self.release.uuid),
            "files": self.files,
            "is_same": self.is_same,
            "differences": self.differences,
        }


def verify_release(release: Release, progress: Progress = lambda fraction, stage: None) -> Verification:
    """Check the kept files against the manifest's checksums, and both against what the database gives now."""
    report = Verification(release)
    if sha256_of_text(release.manifest_text) != release.content_sha256:
        report.differences.append("manifest: its text is not what its checksum says")
    built = build(release, progress)
    progress(0.95, "comparing")
    for format_, content in built.files.items():
        name = f"{release.file_stem}.{RELEASE_FORMATS[format_][1]}"
        report.files.append(name)
        report.differences += _file_differences(release, format_, name, content)
    report.differences += _manifest_differences(release, built)
    if report.differences and (changed := _changed_software(release)):
        report.differences.append(f"software: made with {changed}; install these to compare byte for byte")
    progress(1.0, "the same" if report.is_same else "different")
    return report


def _file_differences(release: Release, format_: str, name: str, rebuilt: bytes) -> Iterator[str]:
    known = release.manifest["files"].get(format_)
    if known is None:
        return
    kept = release_storage().read(known["sha256"])
    if kept is None:
        yield f"{name}: the file is gone from the storage; rebuilding gives it again"
    elif hashlib.sha256(kept).hexdigest() != known["sha256"]:
        yield f"{name}: the kept file was changed: {_first_difference(format_, rebuilt, kept)}"
    if hashlib.sha256(rebuilt).hexdigest() != known["sha256"]:
        yield f"{name}: rebuilt from the database it differs: {_first_difference(format_, kept, rebuilt)}"


def _first_difference(format_: str, kept: bytes | None, rebuilt: bytes) -> str:
    """Where two files differ first: by column and row where both can be read, else by byte."""
    if kept is None:
        return "there is no kept file to compare with"
    try:
        if found := _first_cell(_read(format_, kept), _read(format_, rebuilt)):
            return found
    except Exception:  # noqa: S110 - a damaged file is compared as bytes
        pass
    shortest = min(len(kept), len(rebuilt))
    offset = next((at for at in range(shortest) if kept[at] != rebuilt[at]), shortest)
    return f"byte {offset} of {len(kept)}"


def _first_cell(kept: Table, rebuilt: Table) -> str:
    if kept.colnames != rebuilt.colnames:
        other = set(kept.colnames) ^ set(rebuilt.colnames)
        return f"columns {', '.join(sorted(other)) or 'in another order'}"
    if len(kept) != len(rebuilt):
        return f"{len(kept)} rows and {len(rebuilt)} rows"
    for name in kept.colnames:
        same = _same(kept[name], rebuilt[name])
        if not same.all():
            row = int(np.argmin(same))
            return f"column {name}, row {row + 1}: {kept[name][row]} and {rebuilt[name][row]}"
    return ""


def _same(kept: Any, rebuilt: Any) -> np.ndarray:
    first, second = (np.ma.filled(np.ma.asarray(each).astype(object), None) for each in (kept, rebuilt))
    return np.array([a == b or (a != a and b != b) for a, b in zip(first, second, strict=True)])


def _read_votable(content: bytes) -> Table:
    return votable.parse_single_table(BytesIO(content)).to_table()


def _read_ecsv(content: bytes) -> Table:
    return Table.read(content.decode().splitlines(), format="ascii.ecsv")


def _read_fits(content: bytes) -> Table:
    return Table.read(BytesIO(content), format="fits", hdu=1)


READERS: Mapping[str, Callable[[bytes], Table]] = {"ecsv": _read_ecsv, "votable": _read_votable, "fits": _read_fits}


def _read(format_: str, content: bytes) -> Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return READERS[format_](content)


def _manifest_differences(release: Release, built: Built) -> Iterator[str]:
    for member, value in built.manifest.items():
        if member not in (*NOT_COMPARED, "files") and (where := _path(release.manifest.get(member), value, member)):
            yield f"manifest: {where}"


def _path(kept: Any, rebuilt: Any, path: str) -> str:
    """The first place where two JSON values differ, "" where none."""
    if isinstance(kept, dict) and isinstance(rebuilt, dict):
        for key in sorted({*kept, *rebuilt}):
            if found := _path(kept.get(key), rebuilt.get(key), f"{path}.{key}"):
                return found
        return ""
    return "" if kept == rebuilt else f"{path} was {str(kept)[:60]} and is {str(rebuilt)[:60]}"


def _changed_software(release: Release) -> str:
    now, then = software(), release.manifest["software"]
    return ", ".join(
        f"{name} {then[name]} (here {now.get(name)})" for name in sorted(then) if then[name] != now.get(name)
    )
