"""Self-supervised pre-training without labels: Bootstrap Your Own Latent (Grill et al. 2020, arXiv:2006.07733), held open
by the variance and covariance terms of VICReg (Bardes et al. 2022, arXiv:2105.04906): without them its features fell into
about three dimensions and were worse than random weights' (docs/decisions/0011)."""

import copy
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mlops.learning.augmentation import Augmentation, augmented
from mlops.learning.encoder import Encoder, Network, as_tensor, fast_half, untrained
from mlops.learning.inputs import Progress, quiet
from mlops.learning.spec import STEPS, EncoderSpec

BATCH = 128
LEARNING_RATE, WARM_UP, WEIGHT_DECAY = 2e-3, 0.05, 1e-4
FIRST_MOMENTUM = 0.99
VARIANCE, COVARIANCE = 1.0, 0.04
HIDDEN, PROJECTED = 512, 128
BUDGET_S = 600.0
# Normalised projections of healthy features vary by about 1 / sqrt(PROJECTED) in each dimension; a collapsed network by 0.
COLLAPSED = 0.1
# Before this many steps running statistics have not settled, and the spread says nothing.
SETTLED = 40


class Collapsed(Exception):
    """Pre-training has come to give every source the same features."""


class Online(nn.Module):
    """The network that learns: encoder, projector and the predictor of the target's projection."""

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        self.network = Network(spec)
        self.projector = _perceptron(spec.feature_dim)
        self.predictor = _perceptron(PROJECTED)

    def projected(self, views: Tensor) -> Tensor:
        return self.projector(self.network(views))  # type: ignore[no-any-return]


def pretrain(
    inputs: NDArray[np.float16],
    spec: EncoderSpec,
    *,
    seed: int,
    budget_s: float = BUDGET_S,
    progress: Progress = quiet,
    steps: int = STEPS,
    augmentation: Augmentation | None = None,
) -> Encoder:
    """An encoder pre-trained on `inputs` (n, bands + 1, size, size), at least two of them, by `steps` of BATCH sources.

    Each source of a batch gets two views of its own; the online network learns to foretell from one what the
    target network, its running mean, makes of the other. The same seed, inputs, steps and kind of processor give the
    same encoder, whatever the number of processors; only where `budget_s` seconds end it early does time decide
    (`Encoder.steps` tells). Raises Collapsed where the features no longer tell sources apart, ValueError on inputs of another spec.
    """
    if len(inputs) < 2 or inputs.shape[1:] != (spec.n_channels, spec.size_px, spec.size_px):
        raise ValueError(
            f"inputs {inputs.shape} are not two or more of ({spec.n_channels}, {spec.size_px}, {spec.size_px})"
        )
    online = _online(spec, seed)
    target = copy.deepcopy(online).requires_grad_(False)
    optimiser = torch.optim.AdamW(_groups(online), lr=LEARNING_RATE)
    generator, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    how, started, done = augmentation or Augmentation(), time.monotonic(), 0

    def two_views() -> tuple[Tensor, Tensor]:
        # Sorted, since a memory map is read fastest forwards; a batch has no order.
        batch = as_tensor(inputs[np.sort(rng.choice(len(inputs), min(BATCH, len(inputs)), replace=False))])
        return _view(batch, how, generator), _view(batch, how, generator)

    # What does not wait for the gradient is done beside it: the target's part of this step, then the views of the next.
    with _one_thread_each(), ThreadPoolExecutor(max_workers=1) as beside:
        upcoming = beside.submit(two_views)
        while done < steps and (done == 0 or time.monotonic() - started < budget_s):
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(done / steps)
            first, second = upcoming.result()
            theirs = beside.submit(_target_projections, target, second, first)
            if done + 1 < steps:
                upcoming = beside.submit(two_views)
            mine, predictions = _projections(online, first, second)
            loss = _loss(mine, predictions, theirs.result())
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            _follow(target, online, 1 - (1 - FIRST_MOMENTUM) * _cosine(done / steps))
            done += 1
            progress(done / steps, f"pre-training, loss {loss.item():.3f}")
    return _checked(Encoder(spec, online.network.eval(), done), online, inputs, rng)


def learning_rate(fraction: float) -> float:
    """Rising over the first part, then a cosine to 0; `fraction` of the steps done."""
    return LEARNING_RATE * min((fraction + 1e-3) / WARM_UP, _cosine(max(0.0, fraction - WARM_UP) / (1 - WARM_UP)))


def _cosine(fraction: float) -> float:
    """From 1 to 0."""
    return 0.5 * (1 + math.cos(math.pi * fraction))


def _perceptron(width: int) -> nn.Sequential:
    """(batch, width) to (batch, PROJECTED)."""
    return nn.Sequential(
        nn.Linear(width, HIDDEN, bias=False),
        nn.BatchNorm1d(HIDDEN),
        nn.ReLU(inplace=True),
        nn.Linear(HIDDEN, PROJECTED),
    )


def _online(spec: EncoderSpec, seed: int) -> Online:
    """Begins from the very weights of `untrained(spec, seed)`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        online = Online(spec)
    online.network.load_state_dict(untrained(spec, seed).network.state_dict())
    online.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return online.train()


def _groups(module: nn.Module) -> list[dict[str, object]]:
    """Weights decay; what scales and shifts does not."""
    weights = [value for value in module.parameters() if value.ndim > 1]
    others = [value for value in module.parameters() if value.ndim <= 1]
    return [{"params": weights, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """One thread an operation: convolutions of 16 px gain little from a second one, and wait for it where others keep
    the processors busy (docs/decisions/0011)."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _view(batch: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    return augmented(batch, how, generator).contiguous(memory_format=torch.channels_last)


def _projections(online: Online, first: Tensor, second: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The online network's projections of two views, and what it foretells from each."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast_half()):
        # One view at a time: batch normalisation must not see both.
        mine = [online.projected(view) for view in (first, second)]
        return mine, [online.predictor(projection) for projection in mine]


@torch.no_grad()
def _target_projections(target: Online, *views: Tensor) -> list[Tensor]:
    # Not by torch.autocast: leaving it empties all threads' cache of cast weights, at any moment of the online network's
    # pass, and the same seed would not give the same encoder.
    torch.set_autocast_enabled("cpu", fast_half())
    try:
        return [target.projected(view) for view in views]
    finally:
        torch.set_autocast_enabled("cpu", False)


def _loss(mine: list[Tensor], predictions: list[Tensor], theirs: list[Tensor]) -> Tensor:
    """Mean squared distance of normalised predictions and target projections, both ways (0 to 4), and what keeps
    the projections spread out."""
    pairs = zip(predictions, theirs, strict=True)
    distances = [2 - 2 * functional.cosine_similarity(one.float(), other.float()).mean() for one, other in pairs]
    return sum(distances, start=torch.zeros(())) / 2 + sum(
        (_spread_loss(p.float()) for p in mine), start=torch.zeros(())
    )


def _spread_loss(projections: Tensor) -> Tensor:
    """How far the standard deviations of projections (batch, dimensions) fall short of 1, and their covariances from 0."""
    centred = projections - projections.mean(dim=0)
    covariance = centred.T @ centred / max(len(centred) - 1, 1)
    variances = covariance.diagonal()
    lacking = functional.relu(1 - torch.sqrt(variances + 1e-4)).mean()
    mixed = (covariance.square().sum() - variances.square().sum()) / len(variances)
    return VARIANCE * lacking + COVARIANCE * mixed


@torch.no_grad()
def _follow(target: Online, online: Online, momentum: float) -> None:
    torch._foreach_lerp_(list(target.parameters()), list(online.parameters()), 1 - momentum)


def _checked(encoder: Encoder, online: Online, inputs: NDArray[np.float16], rng: np.random.Generator) -> Encoder:
    """The encoder with its `feature_std`, if it still tells sources apart."""
    some = np.sort(rng.choice(len(inputs), min(512, len(inputs)), replace=False))
    std = feature_std(online, inputs[some])
    if encoder.steps >= SETTLED and not std > COLLAPSED:
        raise Collapsed(f"after {encoder.steps} steps the features of all sources are alike (spread {std:.3f})")
    return Encoder(encoder.spec, encoder.network, encoder.steps, std)


@torch.inference_mode()
def feature_std(online: Online, inputs: NDArray[np.float16]) -> float:
    """Spread of normalised projections over sources, in units of that of vectors in random directions: about 1 is
    healthy, 0 is collapse. Source: Chen & He 2021, arXiv:2011.10566, section 4.1."""
    projections = functional.normalize(online.eval().projected(as_tensor(inputs)), dim=1)
    return float(projections.std(dim=0).mean()) * math.sqrt(PROJECTED)
