"""Names are text in every format, whatever stands in them; LaTeX is well formed; PDF is a tagged PDF with a title."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from html import unescape

import pytest

from labeling.reporting.blocks import Drawing, Reference, Section, Table, Text
from labeling.reporting.canvas import sheet
from labeling.reporting.latex import escaped, latex_of
from labeling.reporting.page import html_of
from labeling.reporting.pdf import compiled, pdf_of
from labeling.reporting.report import Report
from labeling.reporting.wording import counted, joined, percent, points_with_interval, sentence

HOSTILE = [
    "#panic()",
    '#read("/etc/passwd")',
    "$x^2$ and $",
    r"\input{secret} \write18{ls} \end{document}",
    "<script>alert(1)</script>",
    "*b* _i_ `c` @ref <label> // /* ~ -- [x](y)",
    "% a comment & ^ | {} []",
    "{{ galaxy.slug }} {% url 'home' %}",
    "x" * 150,
    "café Ångström naïve Łódź",
    "\x00\x07\u202e\u200bzero",
]


def drawn(name: str) -> Drawing:
    def draw():
        figure, (panel,) = sheet(1, 1.5)
        panel.set_title(name)
        panel.bar([1, 2], [3, 4])
        panel.set_xticks([1, 2], [name[:20], "plain"])
        return figure

    return Drawing("agreement", name, name, name, draw)


def report_named(name: str) -> Report:
    table = Table("agreement", name, [name, "N"], [[name, "1"], ["[0", "2"]], notes=[name])
    blocks = [Text(name), table, drawn(name)]
    methods = Section("methods", "Methods", [Text(name)])
    references = Section("references", "References", [Reference("A 1960", f"A. {name}", "10.1/x")])
    sections = [Section("agreement", name, blocks), methods, references]
    return Report(name, "name", datetime(2026, 5, 1, 12, tzinfo=UTC), [("Galaxy", name)], [name], sections)


def balanced(tex: str) -> None:
    """Environments nest, braces pair, no column is missing."""
    open_ones = []
    for verb, name in re.findall(r"\\(begin|end)\{(\w+\*?)\}", tex):
        if verb == "begin":
            open_ones.append(name)
        else:
            assert open_ones.pop() == name
    assert open_ones == []
    depth = 0
    for sign in re.sub(r"\\[{}%]|%.*", "", tex):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    for columns, body in re.findall(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", tex, re.DOTALL):
        rows = [line for line in body.splitlines() if line.endswith(r"\\")]
        assert rows
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(columns) - 1}


def plain_specials(tex: str) -> set[str]:
    """Signs with a meaning for TeX that are left in the body, but for those of its own commands."""
    body = tex.partition(r"\begin{document}")[2]
    commands = r"\\(begin|end|label|caption|section\*|textit|parbox|setlength|ensuremath|text[a-z]+|[a-z]+)"
    return set(re.findall(r"(?<!\\)[$#_^~%]", re.sub(r"\\label\{[^}]*\}", "", re.sub(commands, "", body))))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_in_every_format(name):
    report = report_named(name)
    tex = latex_of(report)
    balanced(tex)
    assert plain_specials(tex) == set()
    assert tex.count(r"\end{document}") == 1
    page = html_of(report)
    assert "<script" not in page
    shown = name.replace("\x00", "\x00")
    assert shown in unescape(page)
    assert page.count("<h1>") == 1
    found = pdf_of(report)
    assert found.startswith(b"%PDF-1.")
    assert found == pdf_of(report_named(name))
    (svg, *_) = compiled(report, "svg")
    assert svg.startswith(b"<svg")


def test_any_letter_compiles():
    report = report_named("星団 😀 שלום ħ")
    assert pdf_of(report).startswith(b"%PDF-1.")
    tex = latex_of(report)
    assert "星団" in tex
    assert r"\DeclareUnicodeCharacter{661F}{\texttt{U+661F}}" in tex
    assert r"\DeclareUnicodeCharacter{0127}" in tex


def test_escaping_by_the_letter():
    assert escaped("50 % of A_1 & B #2") == r"50 \% of A\_1 \& B \#2"
    assert escaped("α ≥ 0.8 – “yes”") == r"\ensuremath{\alpha} \ensuremath{\geq} 0.8 -- ``yes''"
    assert escaped("[a]") == "{}[a]"
    assert escaped("a\nb\x00c") == "a b c"


def test_latex_compiles_where_there_is_a_latex(tmp_path):
    """With a TeX on this machine; the structure is checked in any case."""
    report = report_named(" ".join(HOSTILE[:8]))
    (tmp_path / "report.tex").write_text(latex_of(report))
    balanced(latex_of(report))
    if latex := shutil.which("pdflatex"):
        subprocess.run([latex, "-interaction=nonstopmode", "-halt-on-error", "report.tex"], cwd=tmp_path, check=True)
        assert (tmp_path / "report.pdf").stat().st_size > 1000


def test_pdf_has_a_title_tags_and_alternative_texts():
    found = pdf_of(report_named("NGC 628 & friends"))
    assert b"/Title(NGC 628 & friends)" in found
    assert b"/MarkInfo<</Marked true" in found
    assert b"pdfuaid" in found
    assert b"/Alt(NGC 628 & friends)" in found
    assert b"/Lang(en" in found
    assert b"D:20260501120000" in found


def test_a_long_table_repeats_its_header_on_each_page():
    rows = [[f"person {n}", str(n)] for n in range(150)]
    section = Section("people", "People", [Table("people", "The people.", ["Person", "Votes"], rows)])
    report = Report("A report", "a", datetime(2026, 5, 1, tzinfo=UTC), [], [], [section])
    pages = compiled(report, "svg")
    assert len(pages) > 2
    assert all(len(page) > 5000 for page in pages)


def test_words():
    assert [counted(n, "source") for n in (0, 1, 2, 12_000)] == [
        "no sources",
        "1 source",
        "2 sources",
        "12,000 sources",
    ]
    assert counted(2, "person", "people") == "2 people"
    assert [joined(names) for names in ([], ["B"], ["B", "V"], ["B", "V", "I"])] == ["", "B", "B and V", "B, V and I"]
    assert [percent(None), percent(0.8125), percent(1.0)] == ["–", "81.3 %", "100.0 %"]
    assert points_with_interval({"value": -0.05, "low": -0.1, "high": 0.02}) == "−5.0 [−10.0, +2.0]"
    assert sentence("no ties left") == "No ties left."
