"""Drawing regions, changing, removing and bringing them back, and whole files of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from catalogs.models import Galaxy, Region
from catalogs.regions.ds9 import LONGEST_LABEL, MOST_REGIONS, Labelled, read_ds9, write_ds9
from catalogs.regions.shapes import Shape, kind_of, to_json
from catalogs.sky import galaxy_wcs
from galaxycat.accounts.models import Role, User
from galaxycat.errors import BadInput, Conflict, Forbidden


@dataclass(frozen=True)
class Imported:
    """How many regions are new, how many had been there, for what was left out why, and how the file was read."""

    n_new: int
    n_known: int
    left_out: list[str]
    notes: list[str]

    @property
    def sentence(self) -> str:
        said = [f"{self.n_new} region{'' if self.n_new == 1 else 's'} imported"]
        if self.n_known:
            said.append(f"{self.n_known} had been there already")
        if self.left_out:
            more = f" and {len(self.left_out) - 3} more" if len(self.left_out) > 3 else ""
            said.append(f"left out: {'; '.join(self.left_out[:3])}{more}")
        return ". ".join([", ".join(said), *(note.capitalize() for note in self.notes)])


@transaction.atomic
def draw_region(*, uuid: UUID, galaxy: Galaxy, shape: Shape, label: str, author: User) -> tuple[Region, bool]:
    """Keep a shape with the galaxy; returns (region, newly made). A curator's or PI's is seen by the whole team.

    The same `uuid` again returns the region it made. Raises Forbidden below annotator, Conflict for a `uuid` of
    somebody else's or a galaxy with MOST_REGIONS, BadInput for a label that cannot be kept.
    """
    _require_drawing(galaxy, author)
    _lock(galaxy)  # two sends of one region at once make one
    if known := Region.objects.select_related("author").filter(uuid=uuid).first():
        if (known.author_id, known.galaxy_id, known.kind) != (author.pk, galaxy.pk, kind_of(shape)):
            raise Conflict("uuid: it was used for another region already; make a new one")
        return known, False
    _require_room(galaxy, 1)
    region = _new(uuid, galaxy, Labelled(shape, _clean(label)), author)
    region.save(force_insert=True)
    return region, True


@transaction.atomic
def change_region(
    *,
    region: Region,
    by: User,
    version: int,
    shape: Shape | None = None,
    label: str | None = None,
    is_removed: bool | None = None,
) -> Region:
    """Move or reshape a region, name it anew, remove it or bring it back; `version` is the one that was looked at.

    Asking for what is so already changes nothing. Raises Forbidden for another's region (a curator changes shared
    ones), Conflict where it was changed meanwhile.
    """
    _require_drawing(region.galaxy, by)
    region = Region.objects.select_for_update(of=("self",)).select_related("galaxy__team", "author").get(pk=region.pk)
    if region.author_id != by.pk and not region.galaxy.team.has_role(by, Role.CURATOR):
        raise Forbidden(f"{region.author.label} drew this region: only they or a curator change it")
    wanted = {
        "kind": region.kind if shape is None else kind_of(shape),
        "geometry": region.geometry if shape is None else to_json(shape),
        "label": region.label if label is None else _clean(label),
        "removed_at": region.removed_at if is_removed is None else _removed_at(region, is_removed),
    }
    if all(getattr(region, field) == value for field, value in wanted.items()):
        return region
    if region.version != version:
        raise Conflict(
            f"{region.label or region.kind}: it was changed meanwhile; look at how it is now, and change that"
        )
    if region.removed_at is not None and wanted["removed_at"] is None:
        _require_room(region.galaxy, 1)
    for field, value in wanted.items():
        setattr(region, field, value)
    region.version += 1
    region.changed_at = timezone.now()
    region.save()
    return region


def import_regions(*, galaxy: Galaxy, text: str, author: User) -> Imported:
    """The regions of a DS9 file, as the author's. What the author has there already is not doubled.

    Raises Forbidden below annotator, BadInput for a file without a region that can be kept, Conflict where there is no
    room for all of them.
    """
    _require_drawing(galaxy, author)
    # Before the transaction: a thousand regions on the sky take seconds, in which SQLite would let nobody else write.
    file = read_ds9(text, galaxy_wcs(galaxy))
    distinct = {_fingerprint(each): each for each in file.found}
    with transaction.atomic():
        _lock(galaxy)
        mine = Region.objects.standing().filter(galaxy=galaxy, author=author)
        known = {_fingerprint(Labelled(region.shape, region.label)) for region in mine}
        new = [each for fingerprint, each in distinct.items() if fingerprint not in known]
        _require_room(galaxy, len(new))
        Region.objects.bulk_create(_new(uuid4(), galaxy, each, author) for each in new)
    return Imported(len(new), len(distinct) - len(new), file.left_out, file.notes)


def export_regions(galaxy: Galaxy, regions: Iterable[Region], frame: str) -> str:
    """The regions as a DS9 file in one of ds9.FRAMES. Raises BadInput."""
    return write_ds9((Labelled(region.shape, region.label) for region in regions), galaxy_wcs(galaxy), frame)


def _new(uuid: UUID, galaxy: Galaxy, labelled: Labelled, author: User) -> Region:
    return Region(
        uuid=uuid, galaxy=galaxy, kind=kind_of(labelled.shape), geometry=to_json(labelled.shape), label=labelled.label,
        author=author, is_shared=galaxy.team.has_role(author, Role.CURATOR),
    )  # fmt: skip


def _lock(galaxy: Galaxy) -> None:
    Galaxy.objects.select_for_update(no_key=True).get(pk=galaxy.pk)


def _require_drawing(galaxy: Galaxy, person: User) -> None:
    if not galaxy.team.has_role(person, Role.ANNOTATOR):
        raise Forbidden(f"Only annotators, curators and PIs of {galaxy.team} draw regions on {galaxy}")


def _require_room(galaxy: Galaxy, n_new: int) -> None:
    n_regions = Region.objects.standing().filter(galaxy=galaxy).count()
    if n_regions + n_new > MOST_REGIONS:
        raise Conflict(f"{galaxy} has {n_regions:,} regions, and at most {MOST_REGIONS:,} are kept: remove some first")


def _removed_at(region: Region, is_removed: bool) -> object:
    return (region.removed_at or timezone.now()) if is_removed else None


def _clean(label: str) -> str:
    label = " ".join(label.split())
    if len(label) > LONGEST_LABEL or "\0" in label:
        raise BadInput(f"label: at most {LONGEST_LABEL} characters, not {len(label)}, and no NUL among them")
    return label


def _fingerprint(labelled: Labelled) -> str:
    """Alike for shapes that differ by less than a written file's rounding."""
    data = to_json(labelled.shape)
    numbers = data.pop("corners", None) or [value for key, value in data.items() if key != "kind"]
    return repr((data["kind"], [[round(n, 3) for n in _each(number)] for number in numbers], labelled.label))


def _each(number: float | list[float]) -> list[float]:
    return number if isinstance(number, list) else [number]
