"""Predictions reach no voter of an open blind round, by any route: every payload is searched."""

from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from catalogs.tables.registry import TABLE_WRITERS
from galaxycat.accounts.models import Role
from galaxycat.errors import BadInput
from galaxycat.events.guards import refusal
from labeling.access import watch
from labeling.assignments import claim
from labeling.models import Round
from labeling.rounds import close_round
from labeling.shown import PREDICTION_SALT
from labeling.voting import cast_vote
from mlops.access import BLIND_ROUND_OPEN, MUST_WATCH, galaxies_open_to, why_predictions_are_hidden
from mlops.fitting import train_campaign
from mlops.models import ModelVersion
from mlops.predicting import predictions_of
from tests.factories import make_member, make_round, make_team, make_user
from tests.mlops.factories import make_learning_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    """A galaxy whose predictions exist: a closed blind round, an open informed one that shows them, nothing blind open."""
    first, _, _ = make_learning_round(n_sources=60, n_votes=40)
    close_round(round_=first)
    train_campaign(campaign=first.campaign)
    informed = make_round(catalog=first.catalog, n_sources=20, mode="informed")
    informed.shows_predictions = True
    informed.save()
    team = first.galaxy.team
    people = {role: make_member(team, role) for role in Role} | {"foreign": make_member(make_team(), Role.PI)}
    return {"first": first, "informed": informed, "people": people, "version": ModelVersion.objects.get()}


def open_blind(case) -> Round:
    return make_round(catalog=case["first"].catalog, n_sources=30, seed=9)


def seen_by(case) -> set:
    galaxy = case["first"].galaxy
    return {name for name, user in case["people"].items() if galaxies_open_to(user).filter(pk=galaxy.pk).exists()}


def test_without_an_open_blind_round_every_member_sees_predictions(case):
    assert seen_by(case) == set(Role)


def test_with_one_nobody_does_but_who_chose_to_watch(case):
    blind = open_blind(case)
    assert seen_by(case) == set()
    watch(round_=blind, user=case["people"][Role.PI])
    assert seen_by(case) == {Role.PI}
    people, galaxy = case["people"], case["first"].galaxy
    assert why_predictions_are_hidden(galaxy, people[Role.PI]) is None
    assert why_predictions_are_hidden(galaxy, people[Role.CURATOR]) == MUST_WATCH
    assert why_predictions_are_hidden(galaxy, people[Role.ANNOTATOR]) == BLIND_ROUND_OPEN
    assert why_predictions_are_hidden(galaxy, people[Role.VIEWER]) == BLIND_ROUND_OPEN


def test_watching_one_of_two_blind_rounds_is_not_enough(case):
    watch(round_=open_blind(case), user=case["people"][Role.PI])
    other = make_round(catalog=case["first"].catalog, n_sources=5, campaign_name="Others")
    assert seen_by(case) == set()
    watch(round_=other, user=case["people"][Role.PI])
    assert seen_by(case) == {Role.PI}


def test_whoever_watched_as_a_curator_and_is_one_no_more_sees_nothing(case):
    curator = case["people"][Role.CURATOR]
    watch(round_=open_blind(case), user=curator)
    assert seen_by(case) == {Role.CURATOR}
    curator.memberships.update(role=Role.ANNOTATOR)
    assert seen_by(case) == set()


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def every_address(case) -> list[str]:
    """Each address of the product about this galaxy, its catalogue, rounds and model that a person may GET."""
    galaxy, catalog, version = case["first"].galaxy, case["first"].catalog, case["version"]
    source = catalog.sources.first()
    asked = f"?source={source.uuid}"
    found = [
        reverse("home"),
        *(reverse(name, args=[galaxy.slug]) for name in ("galaxy", "catalogs", "rounds", "model", "model_state")),
        *(reverse("export_catalog", args=[catalog.uuid, format_]) for format_ in TABLE_WRITERS),
        reverse("api:galaxy-list"), reverse("api:galaxy-detail", args=[galaxy.slug]), reverse("api:catalog-list"),
        reverse("api:catalog-detail", args=[catalog.uuid]), reverse("api:catalog-places", args=[catalog.uuid]),
        reverse("api:source-list") + f"?catalog={catalog.uuid}", reverse("api:source-detail", args=[source.uuid]),
        reverse("api:round-list"), reverse("api:model-list"), reverse("api:model-detail", args=[version.uuid]),
        reverse("api:model-predictions", args=[version.uuid]) + asked,
    ]  # fmt: skip
    for round_ in Round.objects.all():
        found += [reverse(name, args=[round_.uuid]) for name in ("round", "round_results", "votes_csv", "label")]
        found += [reverse(f"api:round-{name}", args=[round_.uuid]) for name in ("detail", "places", "results")]
        drawn = "&".join(f"source={uuid}" for uuid in round_.draw.values_list("source__uuid", flat=True)[:100])
        found.append(reverse("api:round-predictions", args=[round_.uuid]) + f"?{drawn}")
    return found


def payloads(client: Client, addresses: list[str]) -> dict[str, str]:
    found = {}
    for address in addresses:
        response = client.get(address)
        found[address] = f"{response.status_code} {response.content.decode(errors='replace')}"
    assert len(found) == len(addresses) > 20
    return found


def signs_of_prediction(case) -> list[str]:
    """What no payload to a blind voter may hold: the model's name, any of its scores as the API writes them."""
    version = case["version"]
    scores = predictions_of(version).astype(float).round(4)
    pairs = {f'"{label}":{score}' for row in scores for label, score in zip(version.labels, row, strict=True)}
    return [str(version), "probabilities", *sorted(pairs)]


def test_no_payload_to_a_blind_voter_holds_a_prediction(case):
    blind = make_round(catalog=case["first"].catalog, n_sources=60, seed=9)
    close_round(round_=case["informed"])
    voter = client_of(case["people"][Role.ANNOTATOR])
    found = payloads(voter, every_address(case))
    claimed = voter.post(
        reverse("api:round-claims", args=[blind.uuid]), {"count": 10}, content_type="application/json"
    ).content.decode()
    signs = signs_of_prediction(case)
    assert len(signs) > 20
    for address, text in (found | {"claims": claimed}).items():
        assert not [sign for sign in signs if sign in text], address
    # And the same search finds them where they may be seen: it is able to.
    close_round(round_=blind)
    open_text = "".join(payloads(voter, every_address(case)).values())
    assert str(case["version"]) in open_text
    assert sum(sign in open_text for sign in signs) > 4


def test_sources_that_wait_in_a_blind_round_show_no_prediction_in_an_informed_one(case):
    blind, informed = open_blind(case), case["informed"]
    waiting = set(blind.draw.values_list("source__uuid", flat=True))
    drawn = set(informed.draw.values_list("source__uuid", flat=True))
    assert waiting & drawn
    assert drawn - waiting
    address = reverse("api:round-predictions", args=[informed.uuid])
    answer = client_of(case["people"][Role.ANNOTATOR]).get(address, {"source": [str(uuid) for uuid in drawn]}).json()
    assert {found["source"] for found in answer["predictions"]} == {str(uuid) for uuid in drawn - waiting}


def test_a_round_answers_for_its_own_sources_only(case):
    address = reverse("api:round-predictions", args=[case["informed"].uuid])
    drawn = case["informed"].draw.values("source")
    strangers = case["first"].catalog.sources.exclude(pk__in=drawn).values_list("uuid", flat=True)
    answer = client_of(case["people"][Role.ANNOTATOR]).get(address, {"source": [str(uuid) for uuid in strangers]})
    assert answer.json()["predictions"] == []


def test_a_blind_round_has_no_predictions_for_anybody(case):
    blind = open_blind(case)
    address = reverse("api:round-predictions", args=[blind.uuid])
    source = blind.draw.first().source.uuid
    watch(round_=blind, user=case["people"][Role.PI])
    codes = {
        name: client_of(user).get(address, {"source": source}).status_code for name, user in case["people"].items()
    }
    assert set(codes.values()) == {404}
    assert len(codes) == 5


def test_a_shown_prediction_is_signed_for_its_source_and_round(case):
    source = case["informed"].draw.first().source
    address = reverse("api:round-predictions", args=[case["informed"].uuid])
    answer = client_of(case["people"][Role.ANNOTATOR]).get(address, {"source": source.uuid}).json()
    (shown,) = answer["predictions"]
    assert answer["model"] == "clusters@1"
    assert sum(shown["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert shown["label"] == max(shown["probabilities"], key=shown["probabilities"].get)
    content = signing.loads(shown["token"], salt=PREDICTION_SALT)
    assert content == {
        "source": str(source.uuid), "round": str(case["informed"].uuid), "model": "clusters@1",
        "label": shown["label"], "probabilities": shown["probabilities"],
    }  # fmt: skip


def test_a_vote_keeps_what_its_token_proves_and_evaluates_no_model(case):
    annotator = case["people"][Role.ANNOTATOR]
    client = client_of(annotator)
    assignment, other = claim(round_=case["informed"], annotator=annotator, count=2)
    address = reverse("api:round-predictions", args=[case["informed"].uuid])
    (shown,) = client.get(address, {"source": assignment.draw.source.uuid}).json()["predictions"]
    said = {"annotator": annotator, "outcome": "labeled", "label": "2", "shown": {"prediction_token": shown["token"]}}
    with pytest.raises(BadInput):
        cast_vote(client_id=uuid4(), assignment=other, **said)  # another source's token
    vote, _ = cast_vote(client_id=uuid4(), assignment=assignment, **said)
    assert vote.saw_prediction
    assert vote.shown["prediction"]["model"] == "clusters@1"
    assert vote.shown["prediction"]["probabilities"] == shown["probabilities"]
    version = train_campaign(campaign=case["first"].campaign)
    assert (version.n_votes, version.facts["n_informed_votes"]) == (41, 1)


@pytest.mark.parametrize("asked", [[], ["no-uuid"], [str(UUID(int=n)) for n in range(101)]])
def test_at_most_a_hundred_sources_are_asked_for_by_uuid(case, asked):
    address = reverse("api:round-predictions", args=[case["informed"].uuid])
    assert client_of(case["people"][Role.ANNOTATOR]).get(address, {"source": asked}).status_code == 422


class TestTopics:
    def refusals(self, case, topic):
        return {name: refusal(user, topic) for name, user in case["people"].items()}

    def test_a_catalogues_predictions_are_for_curators_outside_blind_rounds(self, case):
        topic = f"predictions.{case['first'].catalog.uuid}"
        assert self.refusals(case, topic) == {
            Role.VIEWER: 4403, Role.ANNOTATOR: 4403, Role.CURATOR: None, Role.PI: None, "foreign": 4404,
        }  # fmt: skip
        watch(round_=open_blind(case), user=case["people"][Role.PI])
        assert self.refusals(case, topic) == {
            Role.VIEWER: 4403, Role.ANNOTATOR: 4403, Role.CURATOR: 4403, Role.PI: None, "foreign": 4404,
        }  # fmt: skip

    def test_a_rounds_predictions_are_for_its_annotators(self, case):
        topic = f"roundpredictions.{case['informed'].uuid}"
        assert self.refusals(case, topic) == {
            Role.VIEWER: 4403, Role.ANNOTATOR: None, Role.CURATOR: None, Role.PI: None, "foreign": 4404,
        }  # fmt: skip

    def test_a_blind_round_has_no_such_topic(self, case):
        topic = f"roundpredictions.{open_blind(case).uuid}"
        assert set(self.refusals(case, topic).values()) == {4404}

    @pytest.mark.parametrize("topic", ["predictions.x", "roundpredictions.x", f"predictions.{UUID(int=7)}"])
    def test_a_topic_of_nothing_is_not_found(self, topic):
        assert refusal(make_user(), topic) == 4404
