"""Paper to draw on: matplotlib without its global state, the same bytes for the same numbers, letters as outlines."""

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, dark enough for print; colour and shape say the same, so that either is enough.
INK = {"blind": "#0072b2", "informed": "#d55e00"}
LIGHT = {"blind": "#7fb8d8", "informed": "#f3c3a0"}
MARK = {"blind": "o", "informed": "D"}
HATCH = {"blind": "", "informed": "///"}
GREY, PALE = "#555555", "#dddddd"
WIDTH_IN = 6.7
STYLE: dict[str, Any] = {
    # Names are text: what stands between two dollars is no mathematics.
    "text.parse_math": False,
    "svg.hashsalt": "galaxycat",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "savefig.facecolor": "white",
}
# What would make two files of the same numbers differ.
NO_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
# No XML may hold these, and a name might.
UNWRITABLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Its caches of fonts are shared by threads.
DRAWING = Lock()


def sheet(n_panels: int, height_in: float, **options: Any) -> "tuple[Figure, Sequence[Axes]]":
    """A white sheet with panels side by side."""
    # Here, since matplotlib takes half a second that only who makes a report need spend.
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Always the same values, so that it does not matter which thread is first.
    mpl.rcParams.update(STYLE)  # type: ignore[arg-type] # the stubs want a literal a key
    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained", facecolor="white")
    return figure, figure.subplots(1, n_panels, squeeze=False, **options)[0]


def written(draw: "Callable[[], Figure]", format: str) -> bytes:
    """What `draw` draws as `svg` or `pdf`, the same bytes each time."""
    stream = BytesIO()
    with DRAWING:
        draw().savefig(stream, format=format, metadata=NO_METADATA[format])
    return UNWRITABLE.sub(b"", stream.getvalue()) if format == "svg" else stream.getvalue()
