"""People and the model together: how far each source's consensus is to be trusted, by CROWDLAB."""

from collections.abc import Sequence

import numpy as np

from catalogs.models import Catalog, Source
from galaxycat.accounts.models import User
from labeling.agreement.crowdlab import Crowdlab, crowdlab
from labeling.countedvotes import CountedVotes, counted_votes
from labeling.dashboard.figures import Json, who_json
from labeling.models import Campaign, Round
from labeling.pooling import last_votes
from mlops.counting import columns_of, filled, unseen_predictions
from mlops.models import ModelVersion
from mlops.predicting import current_version

SHOWN = 50
# Of a consensus that is as likely wrong as right, somebody should look again.
DOUBTFUL = 0.5


def together_of(campaign: Campaign, catalog: Catalog, rounds: Sequence[Round]) -> Json:
    """Votes of these rounds on the catalogue and the campaign's model of it, combined; ready for JSON.

    Votes cast with a prediction in sight are left out, and each person's last on a source counts. `result` is None, with
    the `reason`, without a model or where no source has two such votes.
    """
    version = current_version(campaign, catalog)
    head: Json = {"catalog": catalog.name, "model": version and str(version), "result": None, "reason": None}
    if version is None:
        return head | {
            "reason": "The campaign has no model of this catalogue yet: train one on the galaxy's model page."
        }
    sources = list(catalog.sources.order_by("number").values_list("pk", flat=True))
    votes = counted_votes(campaign, rounds, sources).unaided()
    kept = last_votes(votes.source, votes.annotator)
    if not (np.bincount(votes.source[kept], minlength=1) >= 2).any():
        return head | {"reason": "No source has two votes that were cast without a prediction in sight."}
    return head | {"result": _result(votes, kept, version)}


def _result(votes: CountedVotes, kept: np.ndarray, version: ModelVersion) -> Json:
    predicted = unseen_predictions(version)[:, columns_of(version, [label.value for label in votes.labels])]
    predicted = filled(predicted, np.ones(len(predicted), dtype=bool))
    people, person = np.unique(votes.annotator[kept], return_inverse=True)
    found = crowdlab(votes.source[kept], person, votes.label[kept], predicted, len(people))
    n_votes = np.bincount(votes.source[kept], minlength=len(votes.sources))
    shared = n_votes >= 1
    named = User.objects.in_bulk(people.tolist())
    return {
        "n_sources": int(shared.sum()),
        "n_votes": len(kept),
        "model_weight": found.model_weight,
        "people": sorted(
            (
                who_json(named[pk]) | {"weight": weight}
                for pk, weight in zip(people.tolist(), found.annotator_weight.tolist(), strict=True)
            ),
            key=lambda row: row["name"].casefold(),
        ),
        "mean_quality": float(found.quality[shared].mean()),
        "n_doubtful": int((found.quality[shared] < DOUBTFUL).sum()),
        "quality": np.histogram(found.quality[shared], bins=10, range=(0, 1))[0].tolist(),
        "sources": _least_sure(votes, found, n_votes),
    }


def _least_sure(votes: CountedVotes, found: Crowdlab, n_votes: np.ndarray) -> list[Json]:
    """The voted sources whose consensus is least to be trusted, the worst first."""
    voted = np.flatnonzero(n_votes >= 1)
    rows = voted[np.argsort(found.quality[voted], kind="stable")][:SHOWN].tolist()
    source = Source.objects.in_bulk([votes.sources[row] for row in rows])
    return [
        {
            "source": str(source[votes.sources[row]].uuid),
            "number": source[votes.sources[row]].number,
            "n_votes": int(n_votes[row]),
            "consensus": votes.labels[found.consensus[row]].value,
            "quality": float(found.quality[row]),
            "label": votes.labels[int(found.probability[row].argmax())].value,
            "probability": float(found.probability[row].max()),
        }
        for row in rows
    ]
