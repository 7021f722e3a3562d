"""A million votes: majority with all of agreement, and Dawid-Skene, beside crowd-kit. Not a test: it prints a table.

    python -m tests.benchmarks.agreement

200,000 sources, 300 annotators, 4 labels, 5 votes a source. Both read the same file in a process of their own on one core, and their
answers must be the same: crowd-kit stops where its likelihood stands still, GalaxyCat where no posterior moves by 1e-6.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from labeling.agreement.dawid_skene import dawid_skene
from labeling.agreement.human_to_mode import agreement_of_counts
from tests.benchmarks.peers import peer

N_SOURCES, N_ANNOTATORS, N_LABELS, PER_SOURCE = 200_000, 300, 4, 5
FREQUENCIES = [0.2, 0.2, 0.25, 0.35]
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Where probabilities all but tie, either may be first; and crowd-kit's stands still a little earlier.
FEWEST_ALIKE, MOST_APART = 0.9999, 0.01


def main() -> None:
    home = Path(os.environ.get("GALAXYCAT_HOME", "var/bench")) / "peers"
    home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        _simulate(folder / "votes.npz")
        commands = {
            "GalaxyCat": [sys.executable, "-m", "tests.benchmarks.agreement"],
            "crowd-kit": [peer("crowd-kit", home), str(Path(__file__).parent / "crowdkit_peer.py")],
        }
        answers = {}
        for who, command in commands.items():
            files = [str(folder / "votes.npz"), str(folder / f"{who}.npz")]
            subprocess.run([*command, *files], check=True, env=os.environ | ONE_CORE)
            answers[who] = dict(np.load(files[1]))
    _require_same(answers["GalaxyCat"], answers["crowd-kit"])
    print(_table(answers))


def _simulate(path: Path) -> None:
    """Votes in no order, of people who are right with probability 0.5 to 0.9."""
    rng = np.random.default_rng(0)
    truth = rng.choice(N_LABELS, N_SOURCES, p=FREQUENCIES)
    source = np.repeat(np.arange(N_SOURCES), PER_SOURCE)
    annotator = rng.integers(N_ANNOTATORS, size=len(source))
    is_right = rng.random(len(source)) < rng.uniform(0.5, 0.9, N_ANNOTATORS)[annotator]
    other = (truth[source] + rng.integers(1, N_LABELS, len(source))) % N_LABELS
    order = rng.permutation(len(source))
    label = np.where(is_right, truth[source], other)
    np.savez(path, source=source[order], annotator=annotator[order], label=label[order])


def run(votes_path: str, answers_path: str) -> None:
    """GalaxyCat's part, in a process of its own."""
    with np.load(votes_path) as votes:
        source, annotator, label = votes["source"], votes["annotator"], votes["label"]
    before_s = time.perf_counter()
    counts = np.bincount(source * N_LABELS + label, minlength=N_SOURCES * N_LABELS).reshape(N_SOURCES, N_LABELS)
    agreement_of_counts(counts)
    majority = counts.argmax(axis=1)
    majority_s = time.perf_counter() - before_s
    before_s = time.perf_counter()
    model = dawid_skene(source, annotator, label, N_LABELS)
    model_s = time.perf_counter() - before_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    is_tie = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) > 1
    np.savez(
        answers_path, majority=majority, posterior=model.posterior, seconds=[majority_s, model_s],
        rounds=model.iterations, peak_mb=peak_mb, is_tie=is_tie,
    )  # fmt: skip


def _require_same(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """crowd-kit breaks ties somehow; of the others the majority is one."""
    decided = ~ours["is_tie"]
    if not np.array_equal(ours["majority"][decided], theirs["majority"][decided]):
        raise RuntimeError("the majorities differ")
    alike = float((ours["posterior"].argmax(axis=1) == theirs["posterior"].argmax(axis=1)).mean())
    apart = float(np.abs(ours["posterior"] - theirs["posterior"]).max())
    print(f"Dawid-Skene: the same label for {100 * alike:.4f} % of the sources, posteriors at most {apart:.4f} apart")
    if alike < FEWEST_ALIKE or apart > MOST_APART:
        raise RuntimeError("the models differ")


def _table(answers: dict[str, dict[str, np.ndarray]]) -> str:
    lines = [
        "| what | majority (s) | Dawid-Skene (s) | rounds | peak (MB) |",
        "|---|---|---|---|---|",
        *(
            f"| {who}{' with agreement' if who == 'GalaxyCat' else ''} | {found['seconds'][0]:.3f} |"
            f" {found['seconds'][1]:.2f} | {found['rounds']} | {found['peak_mb']:.0f} |"
            for who, found in answers.items()
        ),
    ]
    ratios = answers["crowd-kit"]["seconds"] / answers["GalaxyCat"]["seconds"]
    return "\n".join(
        [*lines, f"crowd-kit takes {ratios[0]:.1f} times as long for the majority, {ratios[1]:.1f} for Dawid-Skene"]
    )


if __name__ == "__main__":
    run(*sys.argv[1:]) if sys.argv[1:] else main()
