"""The administration: curators see and change what their teams have, and nothing of anybody else's."""

import pytest
from django.urls import reverse
from django.utils import timezone

import galaxycat.urls  # noqa: F401 - registers the administration
from catalogs.models import Catalog, Galaxy, Source
from galaxycat.accounts.adminsite import site
from galaxycat.accounts.models import Membership, Role
from galaxycat.jobs.models import Job
from labeling.models import Campaign, Label, Round, SchemeVersion
from labeling.rounds import close_round
from tests.factories import make_catalog, make_galaxy, make_member, make_round, make_team

pytestmark = pytest.mark.django_db
MODELS = sorted(site._registry, key=lambda model: model._meta.label)
# What all teams share.
SHARED = {SchemeVersion}


def name_of(model, page: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"


@pytest.fixture
def two_teams(client):
    """(what the curator's team has, what another team has), by model; the curator is logged in."""
    rows = []
    for _ in range(2):
        team = make_team()
        curator = make_member(team, Role.CURATOR)
        round_ = make_round(team)
        job = Job.objects.create(kind="detect", team=team, subject="a")
        rows.append(
            {
                type(team): team, Membership: Membership.objects.get(user=curator), Galaxy: round_.galaxy,
                type(round_.galaxy.latest_mosaic): round_.galaxy.latest_mosaic, Catalog: round_.catalog,
                Source: round_.catalog.sources.first(), Campaign: round_.campaign, Round: round_, Job: job,
                SchemeVersion: round_.campaign.scheme,
            }
        )  # fmt: skip
    client.force_login(rows[0][Membership].user)
    return rows


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_list_holds_the_teams_own_rows_only(two_teams, client, model):
    own, other = (row[model] for row in two_teams)
    found = set(client.get(reverse(name_of(model, "changelist"))).context["cl"].queryset.values_list("pk", flat=True))
    assert own.pk in found
    assert (other.pk in found) == (model in SHARED)


@pytest.mark.parametrize("model", [model for model in MODELS if model not in SHARED], ids=lambda model: model.__name__)
@pytest.mark.parametrize("page", ["change", "history"])
def test_another_teams_row_is_not_there_for_whoever_guesses_its_number(two_teams, client, model, page):
    own, other = (row[model] for row in two_teams)
    assert client.get(reverse(name_of(model, page), args=[own.pk])).status_code == 200
    assert client.get(reverse(name_of(model, page), args=[other.pk])).status_code == 404
    # 403 where nobody changes such a row, 404 where this person's own could be changed.
    refused = client.post(reverse(name_of(model, "change"), args=[other.pk]), {"name": "Mine"})
    assert refused.status_code in {403, 404}


def test_choices_are_the_teams_own_and_a_guessed_one_is_refused(two_teams, client):
    own, other = two_teams
    address = reverse("admin:labeling_campaign_add")
    asked = {"scheme": own[SchemeVersion].pk, "name": "New"}
    choices = client.get(address).context["adminform"].form.fields["galaxy"].queryset
    assert list(choices) == [own[Galaxy]]
    refused = client.post(address, asked | {"galaxy": other[Galaxy].pk})
    assert "not one of the available choices" in str(refused.context["adminform"].form.errors)
    assert client.post(address, asked | {"galaxy": own[Galaxy].pk}).status_code == 302
    made = Campaign.objects.get(name="New")
    assert (made.galaxy, made.created_by) == (own[Galaxy], own[Membership].user)


def test_a_galaxy_is_added_by_the_form_of_the_site(two_teams, client):
    page = client.get(reverse("admin:catalogs_galaxy_add"), follow=True)
    assert (page.redirect_chain, page.status_code) == ([("/ingest/", 302)], 200)
    assert "Bring a galaxy in" in page.content.decode()


def test_autocomplete_finds_the_teams_own_only(two_teams, client):
    own, other = two_teams
    field = {"app_label": "labeling", "model_name": "campaign", "field_name": "galaxy"}
    for row, expected in ((own, [str(own[Galaxy].pk)]), (other, [])):
        answer = client.get(reverse("admin:autocomplete"), field | {"term": row[Galaxy].slug})
        assert [result["id"] for result in answer.json()["results"]] == expected


def test_filters_and_searches_reach_nothing_of_another_team(two_teams, client):
    own, other = two_teams
    address = reverse("admin:catalogs_source_changelist")
    for query in ({"catalog": other[Catalog].pk}, {"q": str(other[Source].uuid)}, {"catalog": "x"}, {"q": "no uuid"}):
        shown = client.get(address, query).context["cl"].queryset
        assert not shown.filter(catalog=other[Catalog]).exists()
    assert [row.pk for row in client.get(address, {"q": str(own[Source].uuid)}).context["cl"].queryset] == [
        own[Source].pk
    ]
    assert client.get(address, {"catalog__created_by__password__startswith": "m"}).status_code in (302, 400)
    assert f"{other[Catalog]}" not in client.get(address).content.decode()


def test_an_action_on_another_teams_row_does_nothing(two_teams, client):
    _, other = two_teams
    asked = {"action": "withdraw", "_selected_action": [other[Catalog].pk], "confirmed": "yes", "index": 0}
    client.post(reverse("admin:catalogs_catalog_changelist"), asked)
    assert Catalog.objects.get(pk=other[Catalog].pk).withdrawn_at is None


def test_withdrawing_asks_first_and_says_what_is_still_needed(two_teams, client):
    own, _ = two_teams
    free = make_catalog(own[Galaxy])
    address = reverse("admin:catalogs_catalog_changelist")
    asked = {"action": "withdraw", "_selected_action": [own[Catalog].pk, free.pk], "index": 0}
    page = client.post(address, asked)
    assert b"Nothing is deleted" in page.content
    assert not Catalog.objects.filter(withdrawn_at__isnull=False).exists()
    page = client.post(address, asked | {"confirmed": "yes"}, follow=True).content.decode()
    assert "is open on it; close that first" in page
    assert "1 withdrawn" in page
    assert list(Catalog.objects.filter(withdrawn_at__isnull=False)) == [free]


def test_a_galaxy_is_withdrawn_once_no_round_on_it_is_open(two_teams, client):
    own, _ = two_teams
    asked = {"action": "withdraw", "_selected_action": [own[Galaxy].pk], "confirmed": "yes", "index": 0}
    address = reverse("admin:catalogs_galaxy_changelist")
    client.post(address, asked)
    assert Galaxy.objects.get(pk=own[Galaxy].pk).withdrawn_at is None
    close_round(round_=own[Round])
    client.post(address, asked)
    assert Galaxy.objects.get(pk=own[Galaxy].pk).withdrawn_at is not None
    assert own[Galaxy].catalogs.count() == 1


def test_a_galaxys_facts_are_changed_and_its_grid_and_team_are_not(two_teams, client):
    own, other = two_teams
    galaxy = own[Galaxy]
    asked = {
        "name": "M 74",
        "distance_mpc": "9.9",
        "foreground_ebv_mag": "",
        "width_px": 1,
        "team": other[Galaxy].team.pk,
    }
    # The images are an inline without fields of its own to send.
    asked |= {"mosaics-TOTAL_FORMS": 0, "mosaics-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:catalogs_galaxy_change", args=[galaxy.pk]), asked).status_code == 302
    kept = Galaxy.objects.get(pk=galaxy.pk)
    assert (kept.name, kept.distance_mpc, kept.width_px, kept.team) == ("M 74", 9.9, 400, galaxy.team)
    page = client.get(reverse("admin:catalogs_galaxy_change", args=[galaxy.pk])).content.decode()
    assert f'href="{reverse("ingest")}?galaxy={galaxy.slug}"' in page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_can_be_deleted(two_teams, client, model):
    own = two_teams[0][model]
    page = client.get(reverse(name_of(model, "changelist")))
    assert b"delete_selected" not in page.content
    change = reverse(name_of(model, "change"), args=[own.pk])
    assert b"deletelink" not in client.get(change).content
    assert client.post(change.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 404
    client.post(reverse(name_of(model, "changelist")), {"action": "delete_selected", "_selected_action": [own.pk]})
    assert model.objects.filter(pk=own.pk).exists()


def test_a_scheme_is_added_with_its_labels_and_never_changed(two_teams, client):
    labels = [(1, "a", "Round", "x", "1"), (2, "b", "Other", "y", "2")]
    asked = {"name": "Two", "slug": "two", "version": 1, "measure": "interval"}
    asked |= {"labels-TOTAL_FORMS": 2, "labels-INITIAL_FORMS": 0}
    for index, row in enumerate(labels):
        for field, value in zip(("position", "value", "name", "group", "hot_key"), row, strict=True):
            asked[f"labels-{index}-{field}"] = value
        asked[f"labels-{index}-colour"] = "#ffd166"
    refused = client.post(reverse("admin:labeling_schemeversion_add"), asked)
    assert b"Labels of an interval scheme are different numbers, not a, b" in refused.content
    asked["measure"] = "ordinal"
    assert client.post(reverse("admin:labeling_schemeversion_add"), asked).status_code == 302
    scheme = SchemeVersion.objects.get(slug="two")
    assert list(scheme.labels.values_list("value", flat=True)) == ["a", "b"]
    change = reverse("admin:labeling_schemeversion_change", args=[scheme.pk])
    assert client.post(change, asked | {"name": "Changed"}).status_code == 403
    assert Label.objects.filter(scheme=scheme).count() == 2


def test_whoever_is_no_curator_any_more_is_out_at_once(two_teams, client):
    address = reverse("admin:index")
    assert client.get(address).status_code == 200
    Membership.objects.filter(pk=two_teams[0][Membership].pk).update(ended_at=timezone.now())
    assert client.get(address).status_code == 403


def test_a_flag_of_djangos_own_opens_nothing(client):
    viewer = make_member(make_team(), Role.ANNOTATOR)
    viewer.is_staff = True
    viewer.save()
    client.force_login(viewer)
    assert client.get(reverse("admin:index")).status_code == 403


def test_the_content_policy_has_no_exception_here(two_teams, client):
    for model in MODELS:
        page = client.get(reverse(name_of(model, "changelist")))
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert b" style=" not in page.content
        assert b"onclick=" not in page.content


@pytest.mark.parametrize("n_rows", [10, 2000])
def test_a_list_of_sources_costs_the_same_however_long(two_teams, client, n_rows, django_assert_max_num_queries):
    make_catalog(two_teams[0][Galaxy], n_rows)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("admin:catalogs_source_changelist"))
    assert len(page.context["cl"].result_list) == min(50, n_rows + 10)


@pytest.mark.parametrize("n_rows", [2, 40])
def test_a_list_of_galaxies_costs_the_same_however_long(two_teams, client, n_rows, django_assert_max_num_queries):
    for _ in range(n_rows):
        make_galaxy(two_teams[0][Galaxy].team)
    with django_assert_max_num_queries(10):
        client.get(reverse("admin:catalogs_galaxy_changelist"))
