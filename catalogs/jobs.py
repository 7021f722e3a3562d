"""Detection and the making of releases as background jobs."""

from typing import Any
from uuid import UUID, uuid4

from catalogs.models import Catalog, Galaxy, Release
from galaxycat.accounts.models import User
from galaxycat.errors import Conflict
from galaxycat.jobs.models import Job
from galaxycat.jobs.registry import JobKind
from galaxycat.jobs.running import JobRun
from galaxycat.jobs.starting import start_job

DETECT, RELEASE, VERIFY = "detect", "release", "verify_release"


def start_detection(*, galaxy: Galaxy, band: str, parameters: dict[str, Any], started_by: User, url: str) -> Job:
    """Ask a worker to detect sources on a band; `parameters` are those that differ from the defaults, or all."""
    arguments = {"galaxy": galaxy.slug, "band": band, "parameters": parameters, "user": str(started_by.uuid)}
    return start_job(
        kind=DETECT, team=galaxy.team, subject=galaxy.slug, url=url, started_by=started_by, arguments=arguments
    )


def run_detection(run: JobRun, *, galaxy: str, band: str, parameters: dict[str, Any], user: str) -> dict[str, Any]:
    """Detect, measure and keep; the catalogue appears as a whole or not at all."""
    # Here, since SEP, SciPy and astropy take a second that no other process should spend at its start.
    from catalogs.detecting import detect_sources
    from catalogs.imagery.detection import DetectionParameters

    run.log(f"Detecting sources in {band} of {galaxy}")
    detected = detect_sources(
        galaxy=Galaxy.objects.get(slug=galaxy),
        band=band,
        parameters=DetectionParameters().with_overrides([f"{key}={value}" for key, value in parameters.items()]),
        created_by=User.objects.get(uuid=user),
        progress=run.step,
    )
    run.log(f"{detected.n_sources} sources kept as {detected.catalog.name}")
    return {
        "catalog": detected.catalog.name,
        "sources": detected.n_sources,
        "background_rms": detected.background_rms,
    }


def start_release(*, catalog: Catalog, options: dict[str, Any], started_by: User, url: str) -> Job:
    """Ask a worker to make a release; its UUID is chosen here, so that a job that runs twice makes one."""
    galaxy = catalog.galaxy
    arguments = {
        "release": str(uuid4()), "catalog": str(catalog.uuid), "options": options, "user": str(started_by.uuid),
    }  # fmt: skip
    return start_job(
        kind=RELEASE, team=galaxy.team, subject=galaxy.slug, url=url, started_by=started_by, arguments=arguments
    )


def run_release(run: JobRun, *, release: str, catalog: str, options: dict[str, Any], user: str) -> dict[str, Any]:
    from catalogs.releases.making import make_release  # here, as above

    found = Catalog.objects.select_related("galaxy").get(uuid=catalog)
    made = make_release(
        galaxy=found.galaxy,
        catalog=found,
        options=options,
        created_by=User.objects.get(uuid=user),
        uuid=UUID(release),
        progress=run.step,
    )
    run.log(f"Release {made.version} of {found.galaxy} holds {made.manifest['n_rows']} sources")
    return {"release": str(made.uuid), "version": made.version, "rows": made.manifest["n_rows"]}


def start_verification(*, release: Release, started_by: User, url: str) -> Job:
    """Ask a worker to rebuild a release and compare it."""
    galaxy, arguments = release.galaxy, {"release": str(release.uuid)}
    return start_job(
        kind=VERIFY, team=galaxy.team, subject=galaxy.slug, url=url, started_by=started_by, arguments=arguments
    )


def run_verification(run: JobRun, *, release: str) -> dict[str, Any]:
    """Fails with the first differences, so that the jobs page shows a release that no longer comes out the same."""
    from catalogs.releases.verifying import verify_release  # here, as above

    found = Release.objects.select_related("galaxy", "catalog").get(uuid=release)
    report = verify_release(found, run.step)
    for line in report.differences:
        run.log(line)
    if not report.is_same:
        raise Conflict(f"{found} differs: {report.differences[0]}")
    return {"version": found.version, "files": len(report.files), "is_same": True}


DETECTION = JobKind("Detect sources", run_detection)
MAKING = JobKind("Make a release", run_release)
VERIFICATION = JobKind("Verify a release", run_verification)
