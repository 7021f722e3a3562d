"""What was on a voter's screen: the voter's word for what only the browser knows, the server's own for the rest."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core import signing

from galaxycat.accounts.models import User
from galaxycat.errors import BadInput
from labeling.access import veiled_sources
from labeling.models import Assignment, Consensus, Level, Round

# Whoever predicts signs a prediction with this salt; see docs/rounds.md for what the token holds.
PREDICTION_SALT = "labeling.shown.prediction"
PREDICTION_MAX_AGE = timedelta(days=1)
TOKEN = "prediction_token"  # noqa: S105 - the name of a key
# Never by a client's word: they decide which votes may evaluate a model.
SERVERS_OWN = ("prediction", "previous_consensus")


def shown_digest(sent: Mapping[str, Any]) -> str:
    """SHA-256 of what a client says was shown, the same for the same JSON: by it a resend is known again."""
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def verified_shown(assignment: Assignment, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the vote on the assignment keeps as shown.

    A `prediction_token` becomes the `prediction` it proves; in an informed round `previous_consensus` is what the
    server shows this person now. Raises BadInput for a token that proves nothing here.
    """
    shown = {key: value for key, value in sent.items() if key not in (*SERVERS_OWN, TOKEN)}
    if (token := sent.get(TOKEN)) is not None:
        shown["prediction"] = _prediction(assignment, token)
    if assignment.round.mode == Round.Mode.INFORMED:
        row = previous_consensus(assignment.round, [assignment], assignment.annotator).get(assignment.draw.source_id)
        shown["previous_consensus"] = row and consensus_shown(row)
    return shown


def previous_consensus(round_: Round, assignments: Sequence[Assignment], user: User) -> dict[int, Consensus]:
    """Source key -> the previous round's consensus, for an informed round; nothing for a blind one.

    Nor for a source that waits for the same person in another round that is blind.
    """
    if round_.mode != Round.Mode.INFORMED or round_.previous is None:
        return {}
    sources = [assignment.draw.source_id for assignment in assignments]
    rows = Consensus.objects.of_round(round_.previous, Level.LABEL).filter(draw__source__in=sources)
    rows = rows.exclude(draw__source__in=veiled_sources(round_, user).values("source"))
    return {row.draw.source_id: row for row in rows.select_related("draw")}


def consensus_shown(row: Consensus) -> dict[str, Any]:
    """A previous consensus as a voter sees it."""
    return {"mode": row.mode or None, "is_tie": row.is_tie, "n_votes": row.n_votes, "counts": row.counts}


def _prediction(assignment: Assignment, token: Any) -> dict[str, Any]:
    field = f"shown.{TOKEN}"
    if not assignment.round.shows_predictions:
        raise BadInput(f"{field}: this round shows no predictions; send the vote without it")
    try:
        claims = signing.loads(token, salt=PREDICTION_SALT, max_age=PREDICTION_MAX_AGE)
    except signing.SignatureExpired:
        raise BadInput(f"{field}: is older than a day; fetch the prediction again, look at it and vote anew") from None
    except (signing.BadSignature, AttributeError, TypeError, ValueError):
        raise BadInput(f"{field}: was not signed here; send the token as it came with the prediction") from None
    if not isinstance(claims, dict):
        raise BadInput(f"{field}: holds no prediction; send the token as it came with the prediction")
    if claims.get("source") != str(assignment.draw.source.uuid) or claims.get("round") != str(assignment.round.uuid):
        raise BadInput(f"{field}: is of another source or round; send the one that came for this source")
    return {key: value for key, value in claims.items() if key not in ("source", "round")}
