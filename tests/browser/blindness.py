"""Whether anything of a model reaches somebody who votes blind, and whether the search for it would find it."""

from galaxycat.events.guards import FORBIDDEN, NOT_FOUND
from galaxycat.jobs.models import Job
from labeling.models import Round
from mlops.models import ModelVersion
from tests.browser.annotating import ready
from tests.browser.learning import newest
from tests.browser.listening import found_in, needles_of
from tests.browser.rounds import Voter, drawn_numbers

NOT_FOR_THEM = "status of 40"  # the browser's word on 403 and 404
STAYS_OPEN = 0


def nothing_of_the_model_reaches(voters: list[Voter], round_: Round) -> None:
    """They ask for everything there is, and no key, name or score of any version comes in any answer or frame."""
    for voter in voters:
        assert look_everywhere(voter, round_) == [FORBIDDEN, NOT_FOUND, FORBIDDEN]
        voter.page.wait_for_load_state("networkidle")
    versions = ModelVersion.objects.select_related("predictor__catalog")
    needles = needles_of(versions, drawn_numbers(round_))
    # Two versions may be of one content: an answer without a class, alone in a refit, teaches nothing.
    contents = {version.content_sha256 for version in versions}
    assert len(needles.names) == 2 * versions.count() + len(contents) > 9
    assert len(needles.scores) > len(drawn_numbers(round_))
    for voter in voters:
        assert voter.ear.lost == []
        assert voter.ear.frames
        assert len(voter.ear.payloads) > 50
        assert found_in(voter.ear.payloads, needles) == {}


def what_the_search_would_have_found(voter: Voter, informed: Round) -> None:
    """The same search over the same addresses finds all of it where it may be seen: it can fail."""
    labelling = voter.page.url
    first = len(voter.ear.payloads)
    needles = needles_of([newest()], drawn_numbers(informed))
    assert look_everywhere(voter, informed) == [FORBIDDEN, STAYS_OPEN, FORBIDDEN]
    heard = voter.ear.payloads[first:]
    found = found_in(heard, needles)
    assert found.keys() == {"keys", "names", "scores"}
    assert {name for name in needles.names if any(name in each for each in found["names"])} == needles.names
    assert found_in([each for each in heard if each.where.startswith("ws")], needles).keys() >= {"keys", "names"}
    assert voter.ear.lost == []
    voter.page.goto(labelling)
    ready(voter.page)


def look_everywhere(voter: Voter, round_: Round) -> list[int]:
    """Every page and address that has to do with the galaxy, and every socket; returns how the sockets were closed."""
    with voter.person.tolerating(NOT_FOR_THEM):
        for path in ("/", "/jobs/", f"/galaxies/{round_.galaxy.slug}/", f"/rounds/{round_.uuid}/"):
            voter.person.goto(path)
            voter.page.wait_for_load_state("networkidle")
        for path in addresses(round_):
            voter.page.evaluate("async (path) => { await (await fetch(path)).text(); }", path)
        topics = [f"predictions.{round_.catalog.uuid}", f"roundpredictions.{round_.uuid}", f"round.{round_.uuid}"]
        return voter.page.evaluate(FOLLOW, topics)


# Opens the topics from their beginning; how each was closed, or STAYS_OPEN.
FOLLOW = """(topics) => Promise.all(topics.map((topic) => new Promise((resolve) => {
    const socket = new WebSocket(`ws://${location.host}/ws/live/${topic}/?since=0`);
    socket.onclose = ({ code }) => resolve(code);
    setTimeout(() => { resolve(0); socket.close(); }, 1500);
})))"""


def addresses(round_: Round) -> list[str]:
    galaxy = f"/galaxies/{round_.galaxy.slug}/"
    campaign = f"{galaxy}campaigns/{round_.campaign.uuid}/"
    sources = list(round_.draw.order_by("position").values_list("source__uuid", flat=True))
    query = "&".join(f"source={uuid}" for uuid in sources)
    version, job = newest(), Job.objects.get(kind="pretrain")
    return [
        *(f"{galaxy}{name}/" for name in ("model", "model/state", "releases", "catalogs", "rounds")),
        *(campaign + end for end in ("", "data/", "data/?format=csv", "cell/?others=1&vote=2", "adjudication/")),
        *(f"/rounds/{round_.uuid}/{end}" for end in ("results/", "votes.csv", "examples/", "label/")),
        *(f"/sources/{uuid}/evidence/" for uuid in sources[:3]),
        *(f"/api/v1/sources/{uuid}/" for uuid in sources[:3]),
        *(f"/api/v1/sources/{uuid}/evidence/" for uuid in sources[:3]),
        *(f"/api/v1/{name}/" for name in ("galaxies", "catalogs", "releases", "campaigns", "jobs", "rounds", "models", "decisions")),
        *(f"/api/v1/rounds/{round_.uuid}/{end}" for end in ("", "places/", "results/", "remarks/", f"predictions/?{query}")),
        f"/api/v1/models/{version.uuid}/", f"/api/v1/models/{version.uuid}/predictions/?{query}",
        f"/api/v1/campaigns/{round_.campaign.uuid}/", f"/api/v1/campaigns/{round_.campaign.uuid}/dashboard/",
        f"/api/v1/catalogs/{round_.catalog.uuid}/places/", f"/catalogs/{round_.catalog.uuid}/export/ecsv/",
        f"/jobs/{job.uuid}/", f"/api/v1/jobs/{job.uuid}/",
    ]  # fmt: skip
