"""The report's tables and its methods paragraph as LaTeX that compiles with plain article and booktabs."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from labeling.reporting.blocks import Reference, Table, Text
from labeling.reporting.report import Report
from labeling.reporting.sections import METHODS, REFERENCES

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "–": "--", "—": "---", "−": r"\ensuremath{-}", "×": r"\ensuremath{\times}", "±": r"\ensuremath{\pm}",
    "α": r"\ensuremath{\alpha}", "κ": r"\ensuremath{\kappa}", "β": r"\ensuremath{\beta}", "λ": r"\ensuremath{\lambda}",
    "μ": r"\ensuremath{\mu}", "µ": r"\ensuremath{\mu}", "σ": r"\ensuremath{\sigma}", "Δ": r"\ensuremath{\Delta}", "δ": r"\ensuremath{\delta}",
    "’": "'", "‘": "`", "“": "``", "”": "''", "…": r"\ldots{}", "·": r"\ensuremath{\cdot}", "≥": r"\ensuremath{\geq}",
    "≤": r"\ensuremath{\leq}", "°": r"\ensuremath{^\circ}", "\u00a0": "~",
}  # fmt: skip
UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
# What pdfLaTeX's fonts have ends here, but for these: other letters get a stand-in, so that any name compiles.
LAST_KNOWN, MISSING = 0x17F, "ĦħĸĿŀŉŦŧſ"
TABLES = ("agreement", "coefficients", "classes-label", "classes-group", "comparison")
PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage[margin=2cm]{geometry}
\usepackage{booktabs}
"""


def escaped(text: str) -> str:
    """Plain text as LaTeX shows it: no sign of it is a command, nor the begin of an option."""
    shown = "".join(SPECIAL.get(sign, sign) for sign in UNWRITABLE.sub(" ", normalize("NFC", text)))
    return f"{{}}{shown}" if shown.startswith(("[", "*")) else shown


def latex_of(report: Report) -> str:
    """One file that compiles: the tables, the methods paragraph, the references."""
    body = [
        *(table_of(table) for table in tables_of(report)),
        r"\section*{Methods (draft)}",
        *(escaped(text) for text in texts_of(report)),
        *_references(report),
    ]
    document = "\n\n".join(body)
    lines = [f"% {escaped(report.title)}", *(f"% {escaped(f'{name}: {value}')}" for name, value in report.facts)]
    lines += [f"% {escaped(note)}" for note in report.notes]
    return "\n".join(
        [*lines, PREAMBLE + "".join(_stand_ins(document)), r"\begin{document}", "", document, "", r"\end{document}", ""]
    )


def tables_of(report: Report) -> list[Table]:
    """Those for a paper, in the order of TABLES."""
    blocks = [block for section in report.sections for block in section.blocks if isinstance(block, Table)]
    by_key = {table.key: table for table in blocks}
    return [by_key[key] for key in TABLES if key in by_key]


def texts_of(report: Report) -> list[str]:
    """The methods paragraphs."""
    section = report.section(METHODS)
    return [block.text for block in section.blocks if isinstance(block, Text)] if section else []


def table_of(table: Table) -> str:
    """A `table` environment with caption, label and notes."""
    columns = "l" * table.n_words + "r" * (len(table.head) - table.n_words)
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{escaped(table.caption)}}}",
        rf"\label{{tab:{re.sub(r'[^a-z0-9-]', '', table.key)}}}",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{4pt}",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _row(table.head),
        r"\midrule",
        *map(_row, table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        *_notes(table),
        r"\end{table}",
    ]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return " & ".join(escaped(cell) for cell in cells) + r" \\"


def _notes(table: Table) -> list[str]:
    if not table.notes:
        return []
    return [r"\par\smallskip", rf"\parbox{{0.95\linewidth}}{{\textit{{Note.}} {escaped(' '.join(table.notes))}}}"]


def _references(report: Report) -> list[str]:
    section = report.section(REFERENCES)
    works = [block for block in section.blocks if isinstance(block, Reference)] if section else []
    if not works:
        return []
    items = "\n".join(rf"\item {escaped(f'{work.text}, doi:{work.doi}')}" for work in works)
    return ["\\section*{References}", f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"]


def _stand_ins(document: str) -> list[str]:
    """For pdfLaTeX, a code in place of each letter that its fonts lack; XeLaTeX and LuaLaTeX show the letter itself."""
    unknown = sorted({sign for sign in document if ord(sign) > LAST_KNOWN or sign in MISSING})
    if not unknown:
        return []
    made = [rf"\DeclareUnicodeCharacter{{{ord(sign):04X}}}{{\texttt{{U+{ord(sign):04X}}}}}" for sign in unknown]
    return ["\\ifdefined\\DeclareUnicodeCharacter\n", *(f"{line}\n" for line in made), "\\fi\n"]
