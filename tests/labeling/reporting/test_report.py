"""The report says what the dashboard says, to whom the dashboard says it, in every format."""

import re
from html import unescape
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from galaxycat.accounts.models import Role
from labeling.access import watch
from labeling.assignments import claim
from labeling.dashboard.constancy import constancy_of
from labeling.dashboard.page import dashboard_of
from labeling.dashboard.strata import strata_of
from labeling.models import Level
from labeling.reporting.blocks import Table
from labeling.reporting.files import REPORT_WRITERS, report_files
from labeling.reporting.report import Report, report_for_operator, report_of
from labeling.reporting.wording import decimal_with_interval, share_with_interval
from labeling.voting import cast_vote
from tests.factories import make_catalog, make_galaxy, make_member, make_round
from tests.labeling.dashboard.test_comparison import BLIND, INFORMED, planned
from tests.labeling.dashboard.test_page import another, voted

pytestmark = pytest.mark.django_db


def table(report: Report, key: str) -> Table:
    blocks = [block for section in report.sections for block in section.blocks]
    return next(block for block in blocks if isinstance(block, Table) and block.key == key)


def words_of(report: Report) -> str:
    """Everything that a report says, in one text."""
    blocks = [block for section in report.sections for block in section.blocks]
    said = [report.title, *report.notes, *(value for _, value in report.facts)]
    for block in blocks:
        if isinstance(block, Table):
            said += [block.caption, *block.head, *(cell for row in block.rows for cell in row), *block.notes]
        else:
            said.append(block.text if hasattr(block, "text") else f"{block.title} {block.alt} {block.caption}")
    return "\n".join(said)


def methods_of(report: Report) -> str:
    return " ".join(block.text for block in report.section("methods").blocks)


def address(round_, name="campaign_report", *more, query=""):
    return reverse(name, args=[round_.galaxy.slug, round_.campaign.uuid, *more]) + query


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_numbers_are_those_of_the_dashboard(pi, rounds):
    campaign = rounds[0].campaign
    report, dashboard = report_of(campaign, pi), dashboard_of(campaign, pi)
    agreement, coefficients = table(report, "agreement").rows, table(report, "coefficients").rows
    expected = [found for level in (Level.GROUP, Level.LABEL) for found in dashboard["agreement"][level]]
    assert [row[1] for row in agreement] == ["blind", "informed", "blind", "informed"]
    for row, found in zip(agreement, expected, strict=True):
        shares = [share_with_interval(found[key]) for key in ("human_to_mode", "leave_one_out", "chance")]
        assert row[2:] == [str(found["n_compared"]), str(found["n_compared_votes"]), str(found["ties"]), *shares]
        assert f"{found['n_compared_votes']} {found['mode']} votes on {found['n_compared']} sources" in methods_of(
            report
        )
        assert f"{100 * found['leave_one_out']['value']:.1f} % (95 % interval" in methods_of(report)
    corrected = [found for level in (Level.GROUP, Level.LABEL) for found in dashboard["coefficients"][level]]
    for row, found in zip(coefficients, corrected, strict=True):
        assert row[2] == decimal_with_interval(found["krippendorff_alpha"])
    assert [[row[0].removesuffix(" (simulated)"), *row[1:4]] for row in table(report, "people").rows] == [
        [each["name"], str(each["votes"]), str(each["unsure"]), str(each["skipped"])] for each in dashboard["people"]
    ]
    confusion = dashboard["confusion"]["label"]
    assert [row[1:] for row in table(report, "confusion-label").rows] == [
        [str(n) for n in row] for row in confusion["all"]
    ]


def test_strata_are_those_of_the_dashboard_brightness_first(pi, rounds):
    campaign = rounds[0].campaign
    report = report_of(campaign, pi)
    titles = [drawing.title for drawing in report.section("strata").drawings]
    assert titles == ["Agreement by class", "Agreement by mag_v (mag)", "Agreement by concentration_index (mag)"]
    for number, column in enumerate(("class", "mag_v", "concentration_index")):
        expected = [row for row in strata_of(campaign, pi, column)["strata"] if row["n_compared"]]
        found = table(report, f"table-strata-{number}").rows
        assert [row[0] for row in found] == [row["name"] for row in expected]
        assert [row[3] for row in found] == [share_with_interval(row["human_to_mode"]) for row in expected]


def test_rounds_are_told_as_they_were_drawn(pi, rounds):
    methods = methods_of(report_of(rounds[0].campaign, pi))
    assert (
        "For round 1, 40 sources of 60 candidates, and 10 anchors that rounds of the campaign share, were drawn at random"
        in methods
    )
    assert "(seed 1)" in methods
    assert re.search(
        r"Round 1 \(on \d{4}-\d\d-\d\d, UTC\) was blind: nobody saw another’s vote; each source was to have 3 votes",
        methods,
    )
    assert re.search(r"Round 3 \(on .* UTC\) was informed: voters saw the consensus of the round before", methods)
    assert "Simulated voters are programs: " in methods
    assert "A source that several rounds hold counts once in each of them below." in methods
    assert "None" not in methods
    assert "nan" not in methods.replace("binary", "")


def test_one_round_only(pi, rounds):
    campaign = rounds[0].campaign
    report = report_of(campaign, pi, 3)
    assert [row[0] for row in table(report, "rounds").rows] == ["3"]
    assert [row[1] for row in table(report, "agreement").rows] == ["informed", "informed"]
    assert report.section("rounds") is None
    assert "round-3" in report.file_stem
    page = client_of(pi).get(address(rounds[0], query="?round=3"))
    assert page.status_code == 200
    assert client_of(pi).get(address(rounds[0], query="?round=9")).status_code == 404
    assert client_of(pi).get(address(rounds[0], query="?round=x")).status_code == 422


def test_hidden_rounds_and_veiled_sources_stay_out_of_every_format(team, pi, rounds):
    opened = another(rounds[0], n_sources=25, mode="blind", seed=9)
    voter = make_member(team)
    (assignment, *_) = claim(round_=opened, annotator=voter, count=5)
    cast_vote(client_id=uuid4(), assignment=assignment, annotator=voter, outcome="labeled", label="1")
    report = report_of(opened.campaign, pi)
    assert "Round 4 is left out of everything here." in " ".join(report.notes)
    n_veiled = dashboard_of(opened.campaign, pi)["n_veiled"]
    assert n_veiled > 0
    assert any(note.startswith(f"{n_veiled} sources are left out") for note in report.notes)
    assert [row[0] for row in table(report, "rounds").rows] == ["1", "2", "3"]
    assert voter.username not in words_of(report)
    for text in (REPORT_WRITERS["html"].write(report).decode(), REPORT_WRITERS["tex"].write(report).decode()):
        assert voter.username not in text
        assert "Round 4 is left out" in unescape(text)
    # A model's word would tell a blind voter what a machine thinks.
    assert "choose on its page to watch" in " ".join(block.text for block in report.section("counts").blocks)
    # Who watches sees it, and an operator sees everything.
    watch(round_=opened, user=pi)
    assert len(table(report_of(opened.campaign, pi), "rounds").rows) == 4
    everything = report_for_operator(opened.campaign)
    assert everything.notes == ["10 voters are simulated: programs, not people."]
    assert voter.username in words_of(everything)


def test_a_campaign_without_votes_says_so(team, pi):
    round_ = make_round(team, n_sources=1, overlap=1)
    watch(round_=round_, user=pi)
    report = report_of(round_.campaign, pi)
    assert "Round 1 (blind) has no votes yet." in methods_of(report)
    assert "1 source of 10 candidates was drawn at random" in methods_of(report)
    assert "No source has two votes yet" in words_of(report)
    files = report_files(report)
    assert {"report.html", "report.pdf", "report.tex", "fig-votes.svg"} <= set(files)


def test_a_campaign_of_which_nothing_may_be_seen_says_so(team, pi):
    round_ = make_round(team)
    report = report_of(round_.campaign, make_member(team, Role.VIEWER))
    assert "There is no round yet whose votes may be seen." in words_of(report)
    assert "Round 1 is left out" in " ".join(report.notes)
    assert all(REPORT_WRITERS[format].write(report) for format in ("html", "pdf", "tex"))


def test_files_are_sent_as_files(pi, rounds):
    types = {"html": "text/html", "pdf": "application/pdf", "tex": "application/x-tex", "zip": "application/zip"}
    assert set(types) == set(REPORT_WRITERS)
    for format, content_type in types.items():
        answer = client_of(pi).get(address(rounds[0], "campaign_report_file", format))
        assert answer["Content-Type"].startswith(content_type)
        assert answer["Content-Disposition"] == f'attachment; filename="ngc-628_clusters_report.{format}"'
    assert client_of(pi).get(address(rounds[0], "campaign_report_file", "docx")).status_code == 404


def test_the_same_report_is_the_same_bytes(pi, rounds):
    report = report_of(rounds[0].campaign, pi)
    again = Report(**{name: getattr(report, name) for name in Report.__dataclass_fields__})
    for drawing in again.drawings:
        first, _ = drawing.svg, drawing.__dict__.pop("svg")
        assert first == drawing.svg
    for format in ("html", "pdf", "tex", "zip"):
        assert REPORT_WRITERS[format].write(report) == REPORT_WRITERS[format].write(again)


def test_the_archive_holds_everything(pi, rounds, tmp_path):
    path = tmp_path / "report.zip"
    path.write_bytes(REPORT_WRITERS["zip"].write(report_of(rounds[0].campaign, pi)))
    with ZipFile(path) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    assert {
        "report.html",
        "report.pdf",
        "report.tex",
        "fig-agreement.svg",
        "fig-agreement.pdf",
        "fig-strata-1.pdf",
    } <= names


def test_counts_of_the_whole_catalogue(team, pi):
    round_ = voted(make_round(team, n_sources=8, overlap=3), n_voters=3)
    counts = report_of(round_.campaign, pi).section("counts")
    (found,) = [block for block in counts.blocks if isinstance(block, Table)]
    assert [row[0] for row in found.rows] == ["cluster", "non-cluster", "1", "2", "3", "4"]
    assert "8 of 10 labelled, round 1, no model." in found.caption
    # Few labelled sources of a class: the estimate itself says that it should not be quoted.
    assert any(note.startswith("1: ") for note in found.notes)


def test_people_against_themselves_are_those_of_the_dashboard(pi):
    team = pi.memberships.get().team
    voters = [make_member(team, Role.ANNOTATOR, name) for name in ("ada", "ben", "cleo")]
    catalog = make_catalog(make_galaxy(team), 5)
    blind = planned(make_round(catalog=catalog, n_sources=5), BLIND, voters)
    campaign = planned(another(blind, n_sources=5, mode="informed"), INFORMED, voters).campaign
    rows = table(report_of(campaign, pi), "repeats").rows
    binary, classes = (constancy_of(campaign, pi, level)["repeats"] for level in (Level.GROUP, Level.LABEL))
    assert [row[0] for row in rows] == ["everybody", "ada", "ben", "cleo"]
    assert rows[0][1:] == ["15", share_with_interval(binary["agreement"]), share_with_interval(classes["agreement"])]
    assert rows[1][2:] == [share_with_interval(found["people"][0]["agreement"]) for found in (binary, classes)]


def test_a_round_under_a_rule_is_reported_from_its_full_overlap(pi):
    team = pi.memberships.get().team
    round_ = make_round(team, n_sources=30, overlap=3, retirement="agreeing/1 agreeing=2 most=3", control_share=0.4)
    voted(round_, n_voters=3)
    report = report_of(round_.campaign, pi)
    n_full = round_.draw.filter(has_full_overlap=True).count()
    assert 0 < n_full < 30
    assert f"agreement is of the {n_full} sources that were exempt from it" in methods_of(report)
    (found,) = dashboard_of(round_.campaign, pi)["agreement"]["label"]
    assert table(report, "agreement").rows[1][2] == str(found["n_compared"])
    assert found["n_compared"] <= n_full
