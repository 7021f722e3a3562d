"""What a report is made of, whatever it is written as: sections of texts, tables and drawings. All text is plain text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from labeling.reporting.canvas import written

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows as they are read: the first `n_words` columns are words, the others numbers. `notes` stand below."""

    key: str
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    n_words: int = 1
    notes: Sequence[str] = ()
    kind: str = "table"


@dataclass(frozen=True)
class Drawing:
    """A figure that is drawn when it is wanted. `alt` says what it shows, `caption` how it is made and of how many."""

    key: str
    title: str
    alt: str
    caption: str
    draw: Callable[[], "Figure"]
    kind: str = "drawing"

    @cached_property
    def svg(self) -> bytes:
        """Drawn once, however many files of a report show it."""
        return written(self.draw, "svg")

    @property
    def pdf(self) -> bytes:
        return written(self.draw, "pdf")


@dataclass(frozen=True)
class Reference:
    """A work that the numbers rest on; `cite` is how a text names it."""

    cite: str
    text: str
    doi: str
    kind: str = "reference"

    @property
    def link(self) -> str:
        return f"https://doi.org/{self.doi}"


Block = Text | Table | Drawing | Reference


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    blocks: Sequence[Block]

    @property
    def drawings(self) -> list[Drawing]:
        return [block for block in self.blocks if isinstance(block, Drawing)]
