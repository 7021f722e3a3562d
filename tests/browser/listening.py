"""Everything that reaches somebody's browser, and a search of it for what a model said."""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import Page, Request, WebSocket

from mlops.models import ModelVersion
from mlops.predicting import predictions_of

# What can hold no prediction: pictures, letters, and the code that everybody gets.
SILENT = re.compile(r"image/|font/|text/css|javascript")
# Members of JSON and names of elements under which the product sends what a model says.
TELLING = {
    "prediction", "predictions", "probabilities", "prediction_token", "token", "predictions_url", "predictions_topic", "model",
    "predicted_class", "vote_cut", "evaluation",
}  # fmt: skip
KEY = re.compile(r'"(\w+)"\s*:')
ELEMENT = re.compile(r'\bid="([\w-]+)"')
DECIMAL = re.compile(r"\d+\.\d+(?:e-?\d+)?")


@dataclass(frozen=True)
class Payload:
    """What came from `where`: a body with its headers, or a frame of a socket."""

    where: str
    text: str


class Ear:
    """Hears all that reaches a page from now on. `lost` are answers that could not be read: there must be none."""

    def __init__(self, page: Page) -> None:
        self.payloads: list[Payload] = []
        self.lost: list[str] = []
        page.on("requestfinished", self._hear_answer)
        page.on("websocket", self._hear_socket)

    @property
    def frames(self) -> list[str]:
        return [payload.text for payload in self.payloads if payload.where.startswith("ws")]

    def _hear_answer(self, request: Request) -> None:
        response = request.response()
        if response is None or SILENT.match(response.headers.get("content-type", "")):
            return
        head = "\n".join(response.headers.values())
        try:
            # The answer of a redirection has no body.
            body = b"" if 300 <= response.status < 400 else response.body()
        except Exception as error:
            self.lost.append(f"{request.method} {request.url}: {error}")
            return
        self.payloads.append(Payload(request.url, f"{head}\n{body.decode(errors='replace')}"))

    def _hear_socket(self, socket: WebSocket) -> None:
        def hear(frame: str | bytes) -> None:
            text = frame if isinstance(frame, str) else frame.decode(errors="replace")
            self.payloads.append(Payload(socket.url, text))

        socket.on("framereceived", hear)


@dataclass(frozen=True)
class Needles:
    """What to look for: names of model versions, and scores as they stand beside each other in a row or a column."""

    names: frozenset[str]
    scores: frozenset[tuple[float, ...]]


def needles_of(versions: Iterable[ModelVersion], source_numbers: Iterable[int]) -> Needles:
    """Of these versions and these sources of their catalogue."""
    names, scores, rows = set(), set(), [number - 1 for number in sorted(source_numbers)]
    for version in versions:
        names |= {str(version), str(version.uuid), version.content_sha256}
        said = predictions_of(version)[rows]
        scores |= {as_sent(row) for row in said} | {as_sent(column[:4]) for column in said.T}
    # Two numbers or fewer may stand anywhere by chance.
    return Needles(frozenset(names), frozenset(each for each in scores if len(set(each)) > 2))


def as_sent(scores: Iterable[float]) -> tuple[float, ...]:
    """To the figures that the API sends; whoever sends more is found as well."""
    return tuple(round(float(score), 4) for score in scores)


def found_in(payloads: Iterable[Payload], needles: Needles) -> dict[str, set[str]]:
    """What of it is there: "keys", "names" and "scores" -> where, each only if it is found."""
    found: dict[str, set[str]] = {}
    for payload in payloads:
        text = html.unescape(payload.text)
        keys = {*KEY.findall(text), *ELEMENT.findall(text)} & TELLING
        names = {name for name in needles.names if name in text}
        for kind, what in (("keys", keys), ("names", names), ("scores", _scores_in(text, needles))):
            if what:
                found.setdefault(kind, set()).update(f"{each} at {payload.where}" for each in what)
    return found


def _scores_in(text: str, needles: Needles) -> set[tuple[float, ...]]:
    decimals = as_sent(float(each) for each in DECIMAL.findall(text))
    return set(zip(*(decimals[start:] for start in range(4)), strict=False)) & needles.scores


def frames_with(ear: Ear, name: str) -> int:
    """How many of the sockets' events name this model version."""
    events = [event for frame in ear.frames for event in json.loads(frame).get("events", [])]
    return sum(event["payload"].get("model") == name for event in events)
