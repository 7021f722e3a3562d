"""The documents in the browser: all of them render, their links lead somewhere, and every figure has one."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from galaxycat.docs import FOLDER, anchor_of, document

DOCUMENTS = sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.glob("**/*.md"))
ADDRESS = re.compile(r"documented\([\"`]([a-z-]+)/#([a-z0-9-]+|\$\{heading\})[\"`]\)")
IN_TEMPLATE = re.compile(r"{% url 'doc' '([a-z-]+)' %}#([a-z-]+)")
NAMED = re.compile(r'(?:reading\("\w+", "[^"]+"|term\("[^"]+"), "([a-z-]+)"')
HEADING = re.compile(r'eachLevel\("\w+", "\w+", "[^"]+", "([a-z0-9-]+)"')
LOCATION = re.compile(r"^location ([^{]+) {(.+?)^}", re.MULTILINE | re.DOTALL)


class Found(HTMLParser):
    """The targets, anchors and pictures of a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.pictures: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "a":
            self.links.append(named["href"])
        if tag == "img":
            self.pictures.append(named["src"])
        if "id" in named:
            self.anchors.add(named["id"])


def found_of(name: str) -> Found:
    return Found(document(name).content)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_pictures_of_a_document_lead_somewhere(name):
    client, found = Client(), found_of(name)
    assert document(name).title != name
    for link in found.links:
        address, _, anchor = link.partition("#")
        if address.startswith("/docs/"):
            answer = client.get(address)
            assert answer.status_code == 200, link
            assert not anchor or f'id="{anchor}"' in answer.content.decode(), link
        elif not address:
            assert anchor in found.anchors, link
        else:
            assert address.startswith(("https://", "../")), link
    for picture in found.pictures:
        assert client.get(picture)["Content-Type"] == "image/png", picture


def test_every_figure_of_the_dashboard_has_its_heading():
    """That none is without an address is the type checker's to say."""
    scripts = [path.read_text() for path in Path(settings.BASE_DIR / "static/dashboard").glob("*.js")]
    wanted = {match for text in scripts for match in ADDRESS.findall(text)}
    headings = {("agreement", heading) for text in scripts for heading in HEADING.findall(text)}
    readings = {("agreement", heading) for text in scripts for heading in NAMED.findall(text)}
    templates = [path.read_text() for path in Path(settings.BASE_DIR / "templates/labeling").glob("*.html")]
    linked = {match for text in templates for match in IN_TEMPLATE.findall(text)}
    assert (len(headings), len(readings), len(linked)) == (4, 3, 1)
    wanted = {each for each in wanted if "$" not in each[1]} | headings | readings | linked
    assert len(wanted) >= 14
    for name, anchor in wanted:
        assert anchor in found_of(name).anchors, (name, anchor)


def test_the_list_has_all_of_them():
    page = Client().get(reverse("docs")).content.decode()
    for name in DOCUMENTS:
        assert f'href="/docs/{name}/"' in page


@pytest.mark.parametrize("address", ["/docs/settings.py/", "/docs/../manage/", "/docs/none/", "/docs/decisions/9999-none/", "/docs/screenshots/..%2f..%2fmanage.py", "/docs/screenshots/none.png"])  # fmt: skip
def test_nothing_else_is_handed_out(address):
    assert Client().get(address).status_code == 404


def test_html_in_a_document_is_text(tmp_path, monkeypatch):
    (tmp_path / "own.md").write_text("# Own\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n")
    monkeypatch.setattr("galaxycat.docs.FOLDER", tmp_path)
    document.cache_clear()
    content = document("own").content
    document.cache_clear()
    assert "<script>" not in content
    assert "href" not in content


def test_anchors_are_those_of_code_hosts():
    assert anchor_of("Krippendorff's alpha on a scale") == "krippendorffs-alpha-on-a-scale"
    assert anchor_of("The `agreement` command") == "the-agreement-command"


def test_the_proxy_of_the_settings_lets_through_what_is_taken():
    text = (FOLDER / "settings.md").read_text().partition("```nginx\n")[2].partition("```")[0]
    own = {address: re.search(r"client_max_body_size (\d+)m", body) for address, body in LOCATION.findall(text)}
    usual, ingest = re.search(r"^client_max_body_size (\d+)m", text, re.MULTILINE), own[f"= {reverse('ingest')}"]
    assert usual is not None
    assert ingest is not None
    # The form about the files has a size of its own.
    assert int(usual[1]) * 2**20 > settings.UPLOAD_MAX_BYTES
    assert int(ingest[1]) * 2**20 > settings.INGEST_MAX_BYTES
    assert "proxy_request_buffering off" in ingest.string
