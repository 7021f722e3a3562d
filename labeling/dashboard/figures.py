"""The figures of a campaign's dashboard, ready for JSON, from votes as arrays. No queries here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from galaxycat.accounts.models import User, shown_name
from labeling.agreement.bootstrap import AgreementEstimate, estimate_agreement, estimates
from labeling.agreement.coefficients import coefficient_figures, numbers_of
from labeling.agreement.counts import IntArray
from labeling.agreement.pace import expected_finish, pace_of
from labeling.agreement.pairwise import cohen_kappa, confusion, others_mode, pairwise_agreement
from labeling.dashboard.votes import CampaignVotes
from labeling.models import Level, Round, SchemeVersion

Json = dict[str, Any]
Mask = npt.NDArray[np.bool_]
# The same votes give the same intervals at every look: a redrawn page does not tremble.
SEED = 20_260_101
# Pairs of people who share fewer votes than this are shown in grey: a share of so few says little.
FEW_SHARED = 10
LEVELS = (Level.GROUP, Level.LABEL)
TIE = "tie"


class Figures:
    """Everything the dashboard draws of some votes; each method is one figure."""

    def __init__(self, votes: CampaignVotes, now_s: float) -> None:
        self.votes, self.now_s = votes, now_s
        self.counts = {level: votes.counts(level) for level in LEVELS}
        self.n_votes = self.counts[Level.LABEL].sum(axis=1)
        self._estimates: dict[tuple[Level, bytes], AgreementEstimate] = {}

    def all(self) -> Json:
        return {
            "progress": self.progress(),
            "votes_per_source": self.votes_per_source(),
            "people": self.people(),
            "finish": [self.finish(code) for code, round_ in enumerate(self.votes.rounds) if round_.is_open],
            **self._each_level("agreement", self.agreement),
            **self._each_level("coefficients", self.coefficients),
            **self._each_level("classes", self.classes),
            **self._each_level("pairs", self.pairs),
            **self._each_level("confusion", self.confusion),
            **self._each_level("trend", self.trend),
        }

    @staticmethod
    def _each_level(name: str, figure: Callable[[Level], Any]) -> Json:
        return {name: {level.value: figure(level) for level in LEVELS}}

    # How far it is

    def progress(self) -> Json:
        """Sums over the rounds in scope."""
        ties = {level.value: int(_is_tie(self.counts[level]).sum()) for level in LEVELS}
        return {
            "n_drawn": len(self.n_votes),
            "n_voted": int((self.n_votes > 0).sum()),
            "n_compared": int((self.n_votes >= 2).sum()),
            "n_votes": int(self.n_votes.sum()),
            "ties": ties,
        }

    def votes_per_source(self) -> Json:
        """`sources[round][n]`: how many of the round's sources have n votes."""
        width = int(self.n_votes.max(initial=0)) + 1
        shape = (len(self.votes.rounds), width)
        cells = np.bincount(self.votes.draw_round * width + self.n_votes, minlength=shape[0] * width)
        numbers = [round_.number for round_ in self.votes.rounds]
        return {"rounds": numbers, "n_votes": list(range(width)), "sources": cells.reshape(shape).tolist()}

    def people(self) -> list[Json]:
        """Each person's answers and pace, by name."""
        votes = self.votes
        rows = []
        for code, person in enumerate(votes.people):
            own = votes.person == code
            answers = own & ~votes.is_skip
            # A program has no pace; whatever it claims would be taken for a person's.
            paced = own & (not person.is_simulated)
            pace = pace_of(votes.at_s[paced], votes.spent_s[paced & answers])
            rows.append(
                who_json(person)
                | {
                    "votes": int((votes.label[own] >= 0).sum()),
                    "unsure": int((votes.label[answers] < 0).sum()),
                    "skipped": int((own & votes.is_skip).sum()),
                    "sittings": pace.n_sittings,
                    "votes_per_hour": pace.votes_per_hour,
                    "median_s": pace.median_s,
                    "last_s": float(votes.at_s[own].max()),
                }
            )
        return rows

    def finish(self, code: int) -> Json:
        """When the open round of this code is expected to be done."""
        votes, round_ = self.votes, self.votes.rounds[code]
        in_round = votes.draw_round[votes.draw] == code
        finish = expected_finish(votes.at_s[in_round], self._remaining(code, round_), self.now_s)
        return {
            "round": round_.number,
            "outlook": finish.outlook.value,
            "remaining": finish.remaining,
            "votes_per_hour": finish.votes_per_hour,
            "expected_s": finish.expected_s,
            "earliest_s": finish.earliest_s,
            "latest_s": finish.latest_s,
        }

    def _remaining(self, code: int, round_: Round) -> int:
        """Answers still wanted: up to the overlap on each source, or from all who have begun on every source."""
        votes = self.votes
        drawn = votes.draw_round == code
        in_round = drawn[votes.draw]
        if round_.overlap is None:
            begun = max(1, len(np.unique(votes.person[in_round])))
            return int(begun * drawn.sum() - in_round.sum())
        # Skips fill no place; unsure does.
        answers = np.bincount(votes.draw[~votes.is_skip], minlength=len(drawn))[drawn]
        wanted = np.where(votes.draw_is_retired[drawn], 0, np.maximum(0, round_.overlap - answers))
        return int(wanted.sum())

    # How people agree

    def _modes(self) -> list[tuple[str, Mask]]:
        """(mode, the draws of rounds in that mode), of the modes that occur."""
        of_round = np.array([round_.mode for round_ in self.votes.rounds], dtype=object)
        return [
            (mode, of_round[self.votes.draw_round] == mode) for mode in Round.Mode.values if mode in of_round.tolist()
        ]

    def _estimate(self, level: Level, chosen: Mask) -> AgreementEstimate:
        # A round that is the only one of its mode is needed twice: in the sums and in the trend.
        key = (level, chosen.tobytes())
        if key not in self._estimates:
            counts, source = self.counts[level][chosen], self.votes.draw_source[chosen]
            self._estimates[key] = estimate_agreement(counts, source, np.random.default_rng(SEED))
        return self._estimates[key]

    def agreement(self, level: Level) -> list[Json]:
        """Plain, leave-one-out and chance, blind and informed rounds apart."""
        full = self.votes.draw_is_full
        return [
            {"mode": mode} | _agreement_json(self._estimate(level, chosen & full)) for mode, chosen in self._modes()
        ]

    def coefficients(self, level: Level) -> list[Json]:
        """Corrected for chance, with BCa intervals: those that the votes and the scheme's labels allow."""
        full = self.votes.draw_is_full
        return [{"mode": mode} | self._coefficients(level, chosen & full) for mode, chosen in self._modes()]

    def _coefficients(self, level: Level, chosen: Mask) -> Json:
        counts, source = self.counts[level][chosen], self.votes.draw_source[chosen]
        measure = self.votes.campaign.scheme.measure if level == Level.LABEL else SchemeVersion.Measure.NOMINAL
        figures = coefficient_figures(
            counts,
            is_ordinal=measure != SchemeVersion.Measure.NOMINAL,
            values=numbers_of(self.votes.names(level)) if measure == SchemeVersion.Measure.INTERVAL else None,
        )
        found = estimates(figures, counts, source, np.random.default_rng(SEED))
        return {name: estimate.as_json() for name, estimate in found.items()}

    def classes(self, level: Level) -> Json:
        """Sources by consensus and in ties, blind and informed rounds apart."""
        names, counts = self.votes.names(level), self.counts[level]
        code = np.where(_is_tie(counts), len(names), counts.argmax(axis=1))
        series = []
        for mode, chosen in self._modes():
            voted = chosen & (self.n_votes > 0)
            series.append({"mode": mode, "sources": np.bincount(code[voted], minlength=len(names) + 1).tolist()})
        return {"names": [*names, TIE], "series": series}

    def trend(self, level: Level) -> list[Json]:
        """Agreement round by round; blind, informed and anchors are series of their own."""
        series: dict[str, list[Json]] = {}
        for code, round_ in enumerate(self.votes.rounds):
            chosen = (self.votes.draw_round == code) & self.votes.draw_is_full
            anchors = chosen & self.votes.draw_is_anchor
            for name, rows in ((round_.mode, chosen), (f"{round_.mode}, anchors only", anchors)):
                found = self._estimate(level, rows) if rows.any() else None
                if found and found.n_compared:
                    series.setdefault(name, []).append({"round": round_.number} | _agreement_json(found))
        return [{"name": name, "points": points} for name, points in sorted(series.items())]

    # Who differs, and on what

    def pairs(self, level: Level) -> Json:
        """Votes that each two people share, how many of these are alike, and Cohen's kappa, None where it is undefined."""
        votes = self.votes
        shape = (len(votes.draw_pk), len(votes.people), len(votes.names(level)))
        full = votes.counted_of_full
        draw, person = votes.draw[votes.counted][full], votes.person[votes.counted][full]
        alike, shared = pairwise_agreement(draw, person, votes.codes(level)[full], shape)
        kappa, _ = cohen_kappa(draw, person, votes.codes(level)[full], shape)
        kappas = [[None if np.isnan(value) else value for value in row] for row in kappa.tolist()]
        return {"alike": alike.tolist(), "shared": shared.tolist(), "kappa": kappas, "few": FEW_SHARED}

    def confusion(self, level: Level) -> Json:
        """Each vote against the mode of the others: `votes[person][others][own]`, the last row of `others` being ties."""
        votes, names, full = self.votes, self.votes.names(level), self.votes.counted_of_full
        others, person = self.others(level)[full], votes.person[votes.counted][full]
        found = confusion(others, person, votes.codes(level)[full], (len(votes.people), len(names)))
        return {"names": names, "others": [*names, TIE], "votes": found.tolist(), "all": found.sum(axis=0).tolist()}

    def others(self, level: Level) -> IntArray:
        """What the other votes on its source say, for each counted vote (labeling.agreement.pairwise.others_mode)."""
        return others_mode(self.votes.draw[self.votes.counted], self.votes.codes(level), self.counts[level])


def _is_tie(counts: npt.NDArray[np.int64]) -> Mask:
    top = counts.max(axis=1, initial=0)
    return (top > 0) & ((counts == top[:, None]).sum(axis=1) > 1)


def _agreement_json(found: AgreementEstimate) -> Json:
    return {
        "n_sources": found.sums.n_sources,
        "n_votes": found.sums.n_votes,
        "n_compared": found.n_compared,
        "n_compared_votes": found.sums.n_compared_votes,
        "ties": found.sums.ties,
        "human_to_mode": found.human_to_mode.as_json(),
        "leave_one_out": found.leave_one_out.as_json(),
        "chance": found.chance.as_json(),
    }


def who_json(person: User) -> Json:
    """How a person is named in figures, simulated voters as such."""
    name = person.get_full_name() or person.username
    return {"uuid": str(person.uuid), "name": name, "is_simulated": person.is_simulated}


def person_name(person: Json) -> str:
    """The name to show of what `who_json` gives."""
    return shown_name(person["name"], person["is_simulated"])
