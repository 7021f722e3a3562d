"""Dawid and Skene's model: each annotator confuses labels in their own way. Pure numpy.

Source: Dawid & Skene 1979, Applied Statistics 28, 20 (doi:10.2307/2346806).
"""

from dataclasses import dataclass

import numpy as np

from labeling.agreement.counts import FloatArray, IntArray

RESAMPLES = 100
LEVEL = 0.95
# A resample starts from the fit to all sources, so it is near its own; what is left is far below an interval's width.
RESAMPLE_TOLERANCE, RESAMPLE_ITERATIONS = 1e-3, 60
# With fewer votes a person the majority was as good or better in simulation: docs/agreement.md.
FEWEST_VOTES = 80


@dataclass(frozen=True)
class DawidSkene:
    """A fitted model.

    `posterior` (n_sources, n_labels): probability of each true label; rows add up to 1.
    `confusion` (n_annotators, n_labels, n_labels): probability that an annotator answers [:, true, answer].
    `priors` (n_labels,). `log_likelihood`: natural logarithm of the votes' probability under these parameters.
    `converged` is False where `max_iterations` came first.
    """

    posterior: FloatArray
    confusion: FloatArray
    priors: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool


@dataclass(frozen=True)
class ConfusionIntervals:
    """Of each cell of `DawidSkene.confusion`, of its shape. `answers` (n_annotators, n_labels): on how many sources of a known
    true label one would learn as much of an annotator's row."""

    low: FloatArray
    high: FloatArray
    answers: FloatArray


@dataclass(frozen=True)
class _Sorted:
    """Votes in the order of one of their codes: `others` (n_votes,) are their other code, `starts` where each of the codes
    `present` begins."""

    others: IntArray
    starts: IntArray
    present: IntArray

    def sums(self, values: FloatArray, size: int) -> FloatArray:
        """Of the values of the others, (n_others, n_labels), over the votes of each code, (size, n_labels)."""
        total = np.zeros((size, values.shape[1]))
        for column in range(values.shape[1]):
            found = np.ascontiguousarray(values[:, column])[self.others]
            total[self.present, column] = np.add.reduceat(found, self.starts)
        return total


@dataclass(frozen=True)
class _Votes:
    """Votes by source and by cell, that is annotator and answer. Sorted once, each round is sums of neighbours."""

    by_source: _Sorted
    by_cell: _Sorted
    n_sources: int
    n_cells: int


def dawid_skene(
    source: IntArray,
    annotator: IntArray,
    label: IntArray,
    n_labels: int,
    *,
    n_sources: int | None = None,
    n_annotators: int | None = None,
    smoothing: float = 0.01,
    tolerance: float = 1e-6,
    max_iterations: int = 500,
) -> DawidSkene:
    """Fit by expectation-maximisation to votes given as three code arrays, each (n_votes,), codes from 0.

    It starts from each source's vote shares (uniform without votes), so it depends on no chance and no order, and stops
    when no posterior moves by more than `tolerance`. `smoothing` pseudo-votes are added to every cell of every
    confusion matrix and to every prior, so that no answer is impossible. The totals default to the largest code + 1.
    Raises ValueError on arrays of different length, codes out of range or without votes.
    """
    n_sources = _checked_size(source, n_sources, "source")
    n_annotators = _checked_size(annotator, n_annotators, "annotator")
    _checked_size(label, n_labels, "label")
    if not len(source) == len(annotator) == len(label):
        raise ValueError(f"votes of different lengths: {len(source)}, {len(annotator)}, {len(label)}")
    votes = _votes(source, annotator.astype(np.int64) * n_labels + label, n_sources, n_annotators * n_labels)
    posterior = _vote_shares(source, label, n_sources, n_labels)
    converged = False
    for iteration in range(1, max_iterations + 1):  # noqa: B007 - reported
        confusion, priors = _parameters(votes, posterior, smoothing)
        moved_from = posterior
        posterior, log_likelihood = _posterior(confusion, priors, votes)
        converged = bool(np.abs(posterior - moved_from).max() <= tolerance)
        if converged:
            break
    return DawidSkene(posterior, confusion, priors, log_likelihood, iteration, converged)


def confusion_intervals(
    model: DawidSkene,
    source: IntArray,
    annotator: IntArray,
    label: IntArray,
    rng: np.random.Generator,
    *,
    smoothing: float = 0.01,
    resamples: int = RESAMPLES,
) -> ConfusionIntervals:
    """95 % intervals of how each annotator answers, from the votes that `model` was fitted to with the same `smoothing`.

    The model is fitted again to sources drawn with replacement. The scatter of a row says how many answers with a known true
    label it is worth, at most those it has; Jeffreys' intervals of that many answers are given, which have a width where
    an answer never came.
    """
    from scipy.special import betaincinv

    n_annotators, n_labels, _ = model.confusion.shape
    n_sources = len(model.posterior)
    votes = _votes(source, annotator.astype(np.int64) * n_labels + label, n_sources, n_annotators * n_labels)
    drawn = [_refitted(model, votes, rng, smoothing) for _ in range(resamples)]
    share = model.confusion
    spread = np.var(drawn, axis=0, ddof=1).sum(axis=2)
    answers = _true_answers(votes, model.posterior)
    worth = np.minimum((share * (1 - share)).sum(axis=2) / np.maximum(spread, np.finfo(float).tiny), answers)
    met, missed = share * worth[..., None] + 0.5, (1 - share) * worth[..., None] + 0.5 * (n_labels - 1)
    tail = (1 - LEVEL) / 2
    low, high = betaincinv(met, missed, tail), betaincinv(met, missed, 1 - tail)
    return ConfusionIntervals(np.minimum(low, share), np.maximum(high, share), worth)


def thin_data(annotator: IntArray) -> str | None:
    """Why the model should not be trusted for votes of these annotators (n_votes,), or None: half of the votes are of
    people with fewer than FEWEST_VOTES."""
    votes_of_its_person = np.bincount(annotator)[annotator]
    usual = float(np.median(votes_of_its_person))
    if usual >= FEWEST_VOTES:
        return None
    return (
        f"Dawid and Skene's model has too little to learn people by: half of the votes are of people with {usual:.0f} votes or "
        f"fewer. Below about {FEWEST_VOTES} it can do worse than the majority; trust the majority here."
    )


def _refitted(model: DawidSkene, votes: _Votes, rng: np.random.Generator, smoothing: float) -> FloatArray:
    """The confusion of the model fitted to as many sources drawn with replacement."""
    n_sources = len(model.posterior)
    times = np.bincount(rng.integers(n_sources, size=n_sources), minlength=n_sources)[:, None]
    posterior = model.posterior
    for _ in range(RESAMPLE_ITERATIONS):
        confusion, priors = _parameters(votes, posterior * times, smoothing)
        moved_from = posterior
        posterior, _ = _posterior(confusion, priors, votes)
        if np.abs(posterior - moved_from).max() <= RESAMPLE_TOLERANCE:
            break
    return confusion


def _true_answers(votes: _Votes, posterior: FloatArray) -> FloatArray:
    """Expected answers of each annotator to sources of each true label, (n_annotators, n_labels)."""
    n_labels = posterior.shape[1]
    answers: FloatArray = votes.by_cell.sums(posterior, votes.n_cells).reshape(-1, n_labels, n_labels).sum(axis=1)
    return answers


def _votes(source: IntArray, cell: IntArray, n_sources: int, n_cells: int) -> _Votes:
    return _Votes(_sorted(source, cell), _sorted(cell, source), n_sources, n_cells)


def _sorted(codes: IntArray, others: IntArray) -> _Sorted:
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)
    return _Sorted(others[order].astype(np.int32), starts, present)


def _checked_size(codes: IntArray, size: int | None, name: str) -> int:
    if codes.ndim != 1 or not len(codes):
        raise ValueError(f"{name} codes must be (n_votes,) with at least one vote, not {codes.shape}")
    size = int(codes.max()) + 1 if size is None else size
    if codes.min() < 0 or codes.max() >= size:
        raise ValueError(f"{name} codes {codes.min()} to {codes.max()} do not fit 0 to {size - 1}")
    return size


def _vote_shares(source: IntArray, label: IntArray, n_sources: int, n_labels: int) -> FloatArray:
    """Share of each label among a source's votes, (n_sources, n_labels); uniform where nobody voted."""
    counts = np.bincount(source.astype(np.int64) * n_labels + label, minlength=n_sources * n_labels)
    shares: FloatArray = counts.reshape(n_sources, n_labels).astype(np.float64)
    shares[shares.sum(axis=1) == 0] = 1.0
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _parameters(votes: _Votes, posterior: FloatArray, smoothing: float) -> tuple[FloatArray, FloatArray]:
    """Confusion and priors that make the votes likeliest, given each source's posterior (n_sources, n_labels)."""
    n_labels = posterior.shape[1]
    answers = votes.by_cell.sums(posterior, votes.n_cells).reshape(-1, n_labels, n_labels)  # (annotator, answer, true)
    confusion: FloatArray = np.ascontiguousarray(answers.transpose(0, 2, 1)) + smoothing
    confusion /= confusion.sum(axis=2, keepdims=True)
    priors: FloatArray = posterior.sum(axis=0) + smoothing
    priors /= priors.sum()
    return confusion, priors


def _posterior(confusion: FloatArray, priors: FloatArray, votes: _Votes) -> tuple[FloatArray, float]:
    """Probability of each true label (n_sources, n_labels), and the log-likelihood of the votes."""
    with np.errstate(divide="ignore"):  # without smoothing an answer may be impossible
        log_answers = np.log(confusion).transpose(0, 2, 1).reshape(votes.n_cells, len(priors))
    joint = votes.by_source.sums(log_answers, votes.n_sources)
    joint += np.log(priors)
    # The largest term is taken out first: hundreds of votes on one source would underflow otherwise.
    largest = joint.max(axis=1, keepdims=True)
    joint -= largest
    np.exp(joint, out=joint)
    evidence = joint.sum(axis=1, keepdims=True)
    joint /= evidence
    return joint, float((largest + np.log(evidence)).sum())
