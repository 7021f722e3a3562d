"""The encoder: a small residual network with a strided stem, from a cut-out to a vector of features."""

import hashlib
import io
import json
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mlops.learning.inputs import Progress, quiet
from mlops.learning.spec import ARCHITECTURE, EncoderSpec

FORMAT = "galaxycat-encoder-1"
BATCH = 256
# The eight images of a square under its symmetries: quarter turns, and their mirror images.
D4 = tuple((turns, mirrored) for turns in range(4) for mirrored in (False, True))


class Residual(nn.Module):
    """Two 3 x 3 convolutions beside the identity; (batch, channels, h, w) to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        inner = functional.relu(self.first_norm(self.first(x)), inplace=True)
        return functional.relu(x + self.second_norm(self.second(inner)))


def convolution(channels_in: int, channels_out: int, kernel: int, stride: int) -> nn.Sequential:
    """(batch, channels_in, h, w) to (batch, channels_out, h / stride, w / stride)."""
    layer = nn.Conv2d(channels_in, channels_out, kernel, stride=stride, padding=kernel // 2, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(channels_out), nn.ReLU(inplace=True))


class Network(nn.Module):
    """Shapes for 16 px; any multiple of 8 px works alike. About 5 million multiply-adds a cut-out at width 24."""

    def __init__(self, spec: EncoderSpec) -> None:
        super().__init__()
        width = spec.width
        self.body = nn.Sequential(
            convolution(spec.n_channels, width, kernel=5, stride=2),  # (batch, width, 8, 8)
            Residual(width),
            convolution(width, 2 * width, kernel=3, stride=2),  # (batch, 2 width, 4, 4)
            Residual(2 * width),
            convolution(2 * width, 4 * width, kernel=3, stride=1),  # (batch, 4 width, 4, 4)
            Residual(4 * width),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        middle = x.shape[-1] // 2
        # The source is in the middle by construction; the rest is what it lies in.
        at_source = x[:, :, middle - 1 : middle + 1, middle - 1 : middle + 1].mean(dim=(2, 3))
        return torch.cat([at_source, x.mean(dim=(2, 3))], dim=1)  # (batch, 8 width)


@dataclass(frozen=True)
class Encoder:
    """A network with its spec. `steps` of pre-training it has had, 0 for none; `feature_std` of `byol.feature_std`."""

    spec: EncoderSpec
    network: Network
    steps: int = 0
    feature_std: float = float("nan")

    def digest(self) -> str:
        """SHA-256 (hex) of spec and weights: the identity of every feature it makes."""
        digest = hashlib.sha256(self.spec.digest().encode())
        for name, array in _arrays(self.network).items():
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()


def untrained(spec: EncoderSpec, seed: int) -> Encoder:
    """An encoder with random weights; the same seed gives the same ones, and torch's own generator is left alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Encoder(spec, Network(spec).eval())


@torch.inference_mode()
def encode(encoder: Encoder, inputs: NDArray[np.float16], progress: Progress = quiet) -> NDArray[np.float32]:
    """Features (n, feature_dim) float32 of `inputs` (n, bands + 1, size, size), each the mean over the square's eight symmetries,
    so that a source turned or mirrored has the same ones.

    Raises ValueError where the inputs are not of the encoder's spec.
    """
    spec, network = encoder.spec, encoder.network.eval()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if inputs.shape[1:] != (spec.n_channels, spec.size_px, spec.size_px):
        raise ValueError(f"inputs {inputs.shape[1:]} are not ({spec.n_channels}, {spec.size_px}, {spec.size_px})")
    features = np.empty((len(inputs), spec.feature_dim), np.float32)
    for start in range(0, len(inputs), BATCH):
        progress(start / len(inputs), "encoding")
        batch = as_tensor(inputs[start : start + BATCH])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast_half()):
            images = torch.cat([turned(batch, turns, mirrored) for turns, mirrored in D4])
            vectors = network(images.contiguous(memory_format=torch.channels_last)).float()
        features[start : start + BATCH] = vectors.reshape(len(D4), len(batch), -1).mean(dim=0).numpy()
    return features


def as_tensor(inputs: NDArray[np.float16]) -> Tensor:
    """A float32 tensor of a block of inputs, copied out of what may be a read-only memory map."""
    return torch.from_numpy(inputs.astype(np.float32))


def turned(images: Tensor, turns: int, mirrored: bool) -> Tensor:
    """Images (batch, channels, h, w) turned by quarters, and mirrored left to right before."""
    return torch.rot90(images.flip(3) if mirrored else images, turns, (2, 3))


def fast_half() -> bool:
    """Whether this processor multiplies bfloat16 itself; elsewhere autocast only costs time."""
    has_onednn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return bool(has_onednn and torch.ops.mkldnn._is_mkldnn_bf16_supported())


def save_encoder(encoder: Encoder) -> bytes:
    """As a NumPy .npz without pickle; the same encoder gives the same bytes."""
    about = {
        "format": FORMAT, "architecture": ARCHITECTURE, "spec": asdict(encoder.spec), "steps": encoder.steps,
        "feature_std": encoder.feature_std,
    }  # fmt: skip
    buffer = io.BytesIO()
    described = np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)
    np.savez(buffer, about=described, **_arrays(encoder.network))  # type: ignore[arg-type]
    return buffer.getvalue()


def load_encoder(content: bytes) -> Encoder:
    """Inverse of `save_encoder`. Raises ValueError on anything else, or an encoder of another architecture."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        if (about["format"], about["architecture"]) != (FORMAT, ARCHITECTURE):
            raise ValueError(f"an encoder of another version: {about['format']}, {about['architecture']}")
        state = {name: torch.from_numpy(arrays[name]) for name in arrays.files if name != "about"}
    spec = EncoderSpec(**about["spec"])
    network = Network(spec)
    network.load_state_dict(state)
    return Encoder(spec, network.eval(), about["steps"], about["feature_std"])


def _arrays(network: nn.Module) -> dict[str, NDArray[np.float32]]:
    """The weights and running statistics by name, rows first whatever the memory format."""
    return {name: np.ascontiguousarray(value.detach().numpy()) for name, value in network.state_dict().items()}
