"""How many sources of a catalogue are of a class, from a drawn and labelled part of it and a model's word on all. Pure numpy.

Survey sampling assisted by a model: the model's total, corrected by what people found on sources whose probability of
being drawn is known. A poor model widens the interval and biases nothing. Sources: Perez, Maji & Sheldon 2023
(arXiv:2306.03151); Cassel, Saerndal & Wretman 1976 (doi:10.1093/biomet/63.3.615); variance: Hajek 1964
(doi:10.1214/aoms/1177700375); degrees of freedom: Satterthwaite 1946 (doi:10.2307/3002019).
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, stdtrit

from labeling.sampling import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

TAIL = 0.025
# Below it an interval says so, and its error is at least what the model's own doubt gives.
MIN_TELLING = 10
MIN_OF_CLASS = 10


@dataclass(frozen=True)
class Draw:
    """The labelled sources of one draw: `rows` (n,) into the catalogue, `probabilities` (n,) in (0, 1] of being drawn.

    `frame` (n_sources,) are those that the draw could take. All others must have a label: they count as themselves, so
    they must have been chosen before the draw, never because it had missed them.
    """

    rows: IntArray
    probabilities: FloatArray
    frame: BoolArray


@dataclass(frozen=True)
class Count:
    """An estimated number of sources, or after `as_share` a share, with its standard error and 95 % interval.

    `n_labelled` sources with a label it rests on, `n_of_class` of which are of the class; a random draw without a
    model needs `effective_n` sources for the same error. `estimate` is NaN where nothing was drawn.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    n_labelled: int
    n_of_class: float
    effective_n: float
    warnings: tuple[str, ...]

    def as_share(self, size: int) -> "Count":
        """The same in units of `size` sources."""
        names = ("estimate", "standard_error", "low", "high")
        return dataclasses.replace(self, **{name: getattr(self, name) / size for name in names})


@dataclass(frozen=True)
class _Stratum:
    """One draw within the domain: `size` sources in its frame, the labelled ones' rows and (calibrated) probabilities (n,).

    `certain` (k,) is the total outside the frame, `mean_predicted` (k,) the model's mean within it.
    """

    size: int
    rows: IntArray
    probabilities: FloatArray
    certain: FloatArray
    mean_predicted: FloatArray

    @property
    def weights(self) -> FloatArray:
        return 1 / self.probabilities

    @property
    def scale(self) -> float:
        """What brings the weights' sum to the size that is known."""
        return self.size / float(self.weights.sum()) if self.size else 0.0

    @property
    def spread(self) -> FloatArray:
        """(n,) Contribution of each source to the variance of a total, per unit of its residual's variance."""
        return np.asarray((1 - self.probabilities) * (self.scale * self.weights) ** 2)


def estimate_counts(
    truth: FloatArray, predicted: FloatArray, draws: Sequence[Draw], domain: BoolArray | None = None
) -> list[Count]:
    """The number of sources of each of k classes among those of `domain` (n_sources,), all where None.

    `truth` (n_sources, k): the people's shares of each class, 0 to 1, NaN without a label. `predicted` (n_sources, k):
    the model's probabilities; finite, and of labelled sources by a model that has not learnt from their labels; all
    alike where there is no model. `draws` come in the order they were made; each one's probabilities may depend on the
    labels of those before it, never on later ones. Each class is estimated by itself, so the estimates need not add up.
    Raises ValueError on arrays that do not fit, and where a source is neither in a draw's frame nor labelled.
    """
    domain = np.ones(len(truth), dtype=bool) if domain is None else domain
    _require_fitting(truth, predicted, draws, domain)
    known = domain & _known(truth)
    seen, size = truth[known].sum(axis=0), int(domain.sum())
    strata = [_stratum(truth, predicted, draw, domain) for draw in draws]
    strata = [each for each in strata if len(each.rows) >= 2 or not each.size]
    if not strata:
        return [_nothing_drawn(float(count), int(known.sum()), size) for count in seen]
    shares = _shares_of_draws(strata)
    slopes = _slopes(truth, predicted, strata, shares)
    totals = sum(share * _total(each, truth, predicted, slopes) for share, each in zip(shares, strata, strict=True))
    terms = np.concatenate(
        [share**2 * _variance_terms(each, truth, predicted, slopes) for share, each in zip(shares, strata, strict=True)]
    )
    doubt = sum(
        share**2 * _model_variance(each, truth, predicted, slopes) for share, each in zip(shares, strata, strict=True)
    )
    rows = np.concatenate([each.rows for each in strata])
    blank = _limit_of_the_unseen(strata)
    return [
        _count(
            total=float(totals[k]), terms=terms[:, k], doubt=float(doubt[k]), labels=truth[rows, k],
            seen=float(seen[k]), n_known=int(known.sum()), size=size, blank=blank,
        )
        for k in range(truth.shape[1])
    ]  # fmt: skip


def contamination(
    truth: FloatArray, predicted: FloatArray, draws: Sequence[Draw], domain: BoolArray | None = None
) -> list[Count | None]:
    """Of the sources that the model calls class k (its highest probability), the share that is something else.

    As `estimate_counts`; None for a class that the model calls nobody.
    """
    called = predicted.argmax(axis=1)
    inside = np.ones(len(truth), dtype=bool) if domain is None else domain
    found: list[Count | None] = []
    for k in range(truth.shape[1]):
        chosen = inside & (called == k)
        if not chosen.any():
            found.append(None)
            continue
        [wrong] = estimate_counts(1 - truth[:, k : k + 1], 1 - predicted[:, k : k + 1], draws, chosen)
        found.append(wrong.as_share(int(chosen.sum())))
    return found


def _known(truth: FloatArray) -> BoolArray:
    return np.asarray(np.isfinite(truth.sum(axis=1)))


def _require_fitting(truth: FloatArray, predicted: FloatArray, draws: Sequence[Draw], domain: BoolArray) -> None:
    if truth.ndim != 2 or predicted.shape != truth.shape or domain.shape != truth.shape[:1]:
        raise ValueError(f"truth {truth.shape}, predicted {predicted.shape} and domain {domain.shape} do not fit")
    if not np.isfinite(predicted.sum(axis=1))[domain].all():
        raise ValueError("predicted must be finite in the domain")
    known = _known(truth)
    for draw in draws:
        if draw.frame.shape != domain.shape or draw.rows.shape != draw.probabilities.shape:
            raise ValueError("a draw has a probability for each row, and a frame over all sources")
        if not (draw.frame[draw.rows] & known[draw.rows]).all() or len(np.unique(draw.rows)) != len(draw.rows):
            raise ValueError("a draw's rows are different labelled sources of its frame")
        if ((draw.probabilities <= 0) | (draw.probabilities > 1)).any():
            raise ValueError("probabilities must be in (0, 1]")
        if (domain & ~draw.frame & ~known).any():
            raise ValueError("a source outside a draw's frame needs a label")


def _stratum(truth: FloatArray, predicted: FloatArray, draw: Draw, domain: BoolArray) -> _Stratum:
    frame = domain & draw.frame
    inside = domain[draw.rows]
    means = predicted[frame].mean(axis=0) if frame.any() else np.zeros(truth.shape[1])
    certain = truth[domain & ~draw.frame].sum(axis=0)
    size, rows, probabilities = int(frame.sum()), draw.rows[inside], draw.probabilities[inside]
    # The size is known, so weights that add up to less stand for more: two sources drawn for certain are not all there is.
    calibrated = np.minimum(1, probabilities * (1 / probabilities).sum() / size) if size else probabilities
    return _Stratum(size, rows, calibrated, certain, means)


def _shares_of_draws(strata: Sequence[_Stratum]) -> FloatArray:
    """What each draw's estimate counts, (n_draws,): the inverse of its variance for residuals that are all alike.

    It depends on who was drawn, never on what they were found to be, so that no luck with labels is preferred.
    """
    variance = np.array([each.spread.sum() for each in strata])
    exact = variance <= 1e-9
    inverse = exact.astype(float) if exact.any() else 1 / variance
    return np.asarray(inverse / inverse.sum())


def _mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    return np.asarray(weights @ values / weights.sum())


def _slopes(truth: FloatArray, predicted: FloatArray, strata: Sequence[_Stratum], shares: FloatArray) -> FloatArray:
    """How far the model is to be believed on each class (k,): 0 not at all, 1 to the word."""
    along, across = np.zeros(truth.shape[1]), np.zeros(truth.shape[1])
    for share, each in zip(shares, strata, strict=True):
        if len(each.rows):
            g = predicted[each.rows] - _mean(predicted[each.rows], each.weights)
            f = truth[each.rows] - _mean(truth[each.rows], each.weights)
            weights = share**2 * each.spread[:, None]
            along, across = along + (weights * g * f).sum(axis=0), across + (weights * g * g).sum(axis=0)
    believed = across > 1e-9
    return np.where(believed, along / np.where(believed, across, 1), 0.0)


def _total(each: _Stratum, truth: FloatArray, predicted: FloatArray, slopes: FloatArray) -> FloatArray:
    """(k,) The regression estimate by one draw."""
    if not len(each.rows):
        return each.certain
    found, said = _mean(truth[each.rows], each.weights), _mean(predicted[each.rows], each.weights)
    return np.asarray(each.certain + each.size * (found + slopes * (each.mean_predicted - said)))


def _variance_terms(each: _Stratum, truth: FloatArray, predicted: FloatArray, slopes: FloatArray) -> FloatArray:
    """(n, k) Terms that add up to Hajek's estimate of the variance of `_total`."""
    if not len(each.rows):
        return np.zeros((0, truth.shape[1]))
    g, f = predicted[each.rows], truth[each.rows]
    residuals = f - _mean(f, each.weights) - slopes * (g - _mean(g, each.weights))
    expanded = each.scale * each.weights[:, None] * residuals
    n, open_ = len(each.rows), (1 - each.probabilities)[:, None]
    centre = (open_ * expanded).sum(axis=0) / max(float(open_.sum()), 1e-12)
    # A fitted slope takes a degree of freedom.
    return np.asarray(open_ * n / np.maximum(n - 1 - (slopes != 0), 1) * (expanded - centre) ** 2)


def _model_variance(each: _Stratum, truth: FloatArray, predicted: FloatArray, slopes: FloatArray) -> FloatArray:
    """(k,) The variance that `_total` would have if the fitted probabilities were right."""
    if not len(each.rows):
        return np.zeros(truth.shape[1])
    g = predicted[each.rows]
    fitted = np.clip(_mean(truth[each.rows], each.weights) + slopes * (g - _mean(g, each.weights)), 0, 1)
    return np.asarray(each.spread @ (fitted * (1 - fitted)))


def _limit_of_the_unseen(strata: Sequence[_Stratum]) -> float:
    """How many sources of a class there may still be where no labelled one was: Clopper and Pearson's upper limit.

    By the best draw, for as many sources as its unequal weights are worth. doi:10.1093/biomet/26.4.404
    """
    drawn = [each for each in strata if len(each.rows)]
    worth = [float(each.weights.sum() ** 2 / (each.weights**2).sum()) for each in drawn]
    limits = [(each.size - len(each.rows)) * (1 - TAIL ** (1 / n)) for each, n in zip(drawn, worth, strict=True)]
    return float(min(limits, default=0.0))


def _count(
    *, total: float, terms: FloatArray, doubt: float, labels: FloatArray, seen: float, n_known: int, size: int, blank: float
) -> Count:  # fmt: skip
    """One class's estimate with its interval: Student's on the scale of the logit, within what can still be."""
    variance, telling = float(terms.sum()), _effective_number(terms)
    if telling < MIN_TELLING:
        variance = max(variance, doubt)
    most = size - (n_known - seen)
    estimate, error = float(np.clip(total, seen, most)), float(np.sqrt(variance))
    low, high = _interval(total, error, _degrees_of_freedom(telling, len(terms)), size)
    # Every label said the same: the scatter of nothing is no error.
    if len(labels) and labels.max() <= 0:
        high = max(high, estimate + blank)
    if len(labels) and labels.min() >= 1:
        low = min(low, estimate - blank)
    # Where the logit's ends close in on 0 or `size`, the interval still holds its estimate.
    low, high = min(float(np.clip(low, seen, most)), estimate), max(float(np.clip(high, seen, most)), estimate)
    share = estimate / size
    odds = size * share * (1 - share)
    return Count(
        estimate=estimate,
        standard_error=error,
        low=low,
        high=high,
        n_labelled=n_known,
        n_of_class=seen,
        effective_n=size * odds / (variance + odds) if odds > 0 else float(n_known),
        warnings=_warnings(seen, n_known, size, telling),
    )


def _interval(total: float, error: float, freedom: float, size: int) -> tuple[float, float]:
    share = float(np.clip(total / size, 1e-4, 1 - 1e-4))
    half = float(stdtrit(freedom, 1 - TAIL)) * error / size / (share * (1 - share))
    middle = logit(share)
    return size * float(expit(middle - half)), size * float(expit(middle + half))


def _effective_number(terms: FloatArray) -> float:
    """How many terms as large as the large ones would make up the sum: few where few sources tell it."""
    square = float((terms**2).sum())
    return float(terms.sum()) ** 2 / square if square > 0 else 0.0


def _degrees_of_freedom(telling: float, n: int) -> float:
    if telling <= 1:
        return 2.0
    return float(np.clip(2 / max(1 / telling - 1 / n, 1e-9), 2, max(n - 1, 2)))


def _warnings(seen: float, n_known: int, size: int, telling: float) -> tuple[str, ...]:
    found = []
    if n_known < size and seen < MIN_OF_CLASS:
        found.append(f"only {seen:.3g} labelled sources are so; below {MIN_OF_CLASS} no interval is to be trusted")
    if n_known < size and telling < MIN_TELLING:
        found.append(
            f"about {telling:.0f} labelled sources decide the error; below {MIN_TELLING} it is rough, "
            "and at least the model's own doubt is taken"
        )
    return tuple(found)


def _nothing_drawn(seen: float, n_known: int, size: int) -> Count:
    nan = float("nan")
    reason = "fewer than two labelled sources were drawn with a known probability: only bounds can be given"
    return Count(nan, nan, seen, size - (n_known - seen), n_known, seen, 0.0, (reason,))
