"""The documents in the browser: docs/*.md as pages, so that a figure can link to its formula and source."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER: Path = settings.BASE_DIR / "docs"
PICTURES = FOLDER / "screenshots"
A_WEEK_S = 604_800


@dataclass(frozen=True)
class Document:
    """A document as a page: its title, its headings (anchor, text) of the second order, its content."""

    title: str
    headings: tuple[tuple[str, str], ...]
    content: SafeString


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All documents, decisions apart."""
    names = sorted(path.stem for path in FOLDER.glob("*.md"))
    decisions = sorted(path.stem for path in (FOLDER / "decisions").glob("*.md"))
    context = {
        "documents": [(reverse("doc", args=[name]), document(name)) for name in names],
        "decisions": [(reverse("decision", args=[name]), document(f"decisions/{name}")) for name in decisions],
    }
    return render(request, "docs/index.html", context)


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "docs/page.html", {"document": document(name)})


@require_safe
def decision(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "docs/page.html", {"document": document(f"decisions/{name}")})


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of the documents."""
    # The name is looked up among those that are there, never put together into a path.
    found = {path.name: path for path in PICTURES.glob("*.png")}.get(name)
    if found is None:
        raise Http404(f"No picture {name}")
    # Whole, since a server that answers in an event loop reads a stream of a file whole too.
    response = HttpResponse(found.read_bytes(), content_type="image/png")
    response["Cache-Control"] = f"public, max-age={A_WEEK_S}"
    return response


@cache
def document(name: str) -> Document:
    """The document of this name, as in `agreement` or `decisions/0021-counting`. Raises Http404 for another one."""
    paths = {str(path.relative_to(FOLDER).with_suffix("")): path for path in FOLDER.glob("**/*.md")}
    if name not in paths:
        raise Http404(f"No document {name}")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(paths[name].read_text())
    headings = [_anchored(tokens, i) for i, token in enumerate(tokens) if token.type == "heading_open"]
    for token in tokens:
        for child in token.children or ():
            _linked(child, paths[name].parent)
    content = markdown.renderer.render(tokens, markdown.options, {})
    # What is wider than the page scrolls by itself, by keyboard too.
    for plain, scrolled in (
        ("<table>", '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table class="table">'),
        ("</table>", "</table></div>"),
        ("<pre>", '<pre tabindex="0">'),
        ("<th></th>", "<td></td>"),
    ):
        content = content.replace(plain, scrolled)
    return Document(
        title=next((text for level, _, text in headings if level == 1), name),
        headings=tuple((anchor, text) for level, anchor, text in headings if level == 2),
        # Made from our own files by a renderer that lets no HTML through.
        content=mark_safe(content),  # noqa: S308
    )


def anchor_of(heading: str) -> str:
    """As code hosts make it: lower case, words joined by hyphens, the rest left out."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def _anchored(tokens: list[Token], i: int) -> tuple[int, str, str]:
    """Give the heading that opens at `i` its anchor; returns its level, anchor and text."""
    text = tokens[i + 1].content
    tokens[i].attrSet("id", anchor_of(text))
    return int(tokens[i].tag[1]), anchor_of(text), text.replace("`", "")


def _linked(token: Token, folder: Path) -> None:
    """Make a link to a document one to its page, and a picture one that is served."""
    if token.type == "image":
        token.attrSet("src", reverse("doc_picture", args=[str(token.attrGet("src")).rpartition("/")[2]]))
        token.attrSet("loading", "lazy")
    target, _, anchor = str(token.attrGet("href") or "").partition("#")
    if token.type != "link_open" or not target.endswith(".md") or "://" in target:
        return
    path = (folder / target).resolve()
    if path.is_relative_to(FOLDER):
        name = "decision" if path.parent.name == "decisions" else "doc"
        token.attrSet("href", reverse(name, args=[path.stem]) + (f"#{anchor}" if anchor else ""))
