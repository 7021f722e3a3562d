"""The form that opens a round."""

from collections.abc import Mapping
from typing import Any

from django import forms

from catalogs.models import Galaxy
from galaxycat.errors import DomainError
from labeling.models import Round
from labeling.retirement import Agreeing, OneCoin
from labeling.rounds import CONTROL_SHARE, MAX_BATCH, MAX_OVERLAP, MAX_SEED
from labeling.samplers import SAMPLERS

RULES = {"": "Fixed overlap", "agreeing": "k agreeing votes", "one-coin": "Posterior above p"}
# The rule's own fields; the most votes of any are the overlap.
RULE_FIELDS = {"agreeing": ("agreeing",), "one-coin": ("above", "accuracy")}
NO_REGIONS = {"type": "FeatureCollection", "features": []}


def _share() -> forms.NumberInput:
    return forms.NumberInput({"min": 0, "max": 1, "step": "any"})


def _rule(name: str, given: Mapping[str, Any], most: int) -> Agreeing | OneCoin:
    if name == "agreeing":
        return Agreeing(given["agreeing"], most)
    return OneCoin(given["above"], most, given["accuracy"])


class OpenRoundForm(forms.Form):
    """Choices for `labeling.rounds.open_round`; `cleaned_data` are its arguments."""

    campaign_name = forms.CharField(label="Campaign", max_length=100, initial="Star clusters")
    n_sources = forms.IntegerField(label="Sources to draw", min_value=1, initial=100)
    regions = forms.JSONField(required=False, widget=forms.HiddenInput)
    sampler = forms.ChoiceField(label="How they are drawn", required=False, initial="random")
    n_anchors = forms.IntegerField(label="Anchors beside them", min_value=0, initial=0, required=False)
    mode = forms.ChoiceField(label="What annotators see", choices=Round.Mode.choices, initial=Round.Mode.BLIND)
    shows_predictions = forms.BooleanField(label="Show the model’s predictions", required=False)
    among_previous = forms.BooleanField(label="Only sources of the previous round", required=False)
    overlap = forms.IntegerField(
        label="People per source",
        required=False,
        min_value=1,
        max_value=MAX_OVERLAP,
        help_text="Empty: everyone classifies every source.",
    )
    rule = forms.ChoiceField(label="When a source has votes enough", required=False, choices=list(RULES.items()))
    agreeing = forms.IntegerField(
        label="Votes that agree (k)", required=False, min_value=1, max_value=MAX_OVERLAP, initial=3
    )
    above = forms.FloatField(label="Posterior (p)", required=False, initial=0.95, widget=_share())
    accuracy = forms.FloatField(label="How often a person is right", required=False, initial=0.8, widget=_share())
    control_share = forms.FloatField(
        label="Controls, share of the draw", required=False, initial=CONTROL_SHARE, widget=_share()
    )
    batch_size = forms.IntegerField(
        label="Propose a break after", required=False, min_value=1, max_value=MAX_BATCH, initial=50
    )
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        min_value=0,
        max_value=MAX_SEED,
        help_text="Empty: a new one, kept with the round.",
    )

    def __init__(self, *args: Any, galaxy: Galaxy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.galaxy = galaxy
        self.fields["catalog"] = forms.ModelChoiceField(
            label="Catalogue",
            queryset=galaxy.catalogs.filter(withdrawn_at=None),
            empty_label=None,
            to_field_name="uuid",  # what the API and so the page's map call it
        )
        self.fields["sampler"].choices = [(name, entry.title) for name, entry in SAMPLERS.items()]  # type: ignore[attr-defined]
        # sampler -> its parameters, each a field of this form named <sampler>_<parameter>
        self._parameters: dict[str, list[str]] = {}
        for name, entry in SAMPLERS.items():
            fields = entry.fields(galaxy)
            self._parameters[name] = list(fields)
            self.fields |= {f"{name}_{parameter}": field for parameter, field in fields.items()}
        self.order_fields(["campaign_name", "catalog"])

    @property
    def samplers(self) -> list[dict[str, Any]]:
        """The samplers as the page lists them, each with its parameters and why it cannot be chosen."""
        return [
            {
                "name": name,
                "entry": entry,
                "why_not": entry.why_not(self.galaxy),
                "fields": [self[f"{name}_{parameter}"] for parameter in self._parameters[name]],
            }
            for name, entry in SAMPLERS.items()
        ]

    @property
    def campaigns_of_choices(self) -> dict[str, dict[str, str]]:
        """Field -> value -> the campaign in which that value can be chosen, for the page's module."""
        return {
            self[name].html_name: field.campaigns for name, field in self.fields.items() if hasattr(field, "campaigns")
        }

    def clean_regions(self) -> dict[str, Any] | None:
        """No drawn region means the whole image."""
        regions = self.cleaned_data["regions"]
        return None if regions in (None, "", NO_REGIONS) else regions

    def clean_sampler(self) -> str:
        return self.cleaned_data["sampler"] or "random"

    def clean_n_anchors(self) -> int:
        return self.cleaned_data["n_anchors"] or 0

    def clean_batch_size(self) -> int:
        return self.cleaned_data["batch_size"] or self.fields["batch_size"].initial

    def clean(self) -> dict[str, Any]:
        """The chosen sampler's parameters become one argument, and the rule's its version; those of others are left out."""
        cleaned = dict(self.cleaned_data)
        given = {
            name: {parameter: cleaned.pop(f"{name}_{parameter}", None) for parameter in parameters}
            for name, parameters in self._parameters.items()
        }
        cleaned["sampler_parameters"] = given.get(cleaned.get("sampler", ""), {})
        return cleaned | self._retirement(cleaned)

    def _retirement(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """`retirement` and `control_share` of the chosen rule, whose fields go."""
        rule, share = cleaned.pop("rule", ""), cleaned.pop("control_share", None)
        given = {name: cleaned.pop(name, None) for names in RULE_FIELDS.values() for name in names}
        if not rule:
            return {}
        needed = {name: given[name] for name in RULE_FIELDS[rule]} | {"overlap": cleaned.get("overlap")}
        missing = [name for name, value in needed.items() if value is None and name not in self.errors]
        for name in missing:
            self.add_error(
                name, "The rule needs it: the most votes of a source." if name == "overlap" else "The rule needs it."
            )
        if missing or self.errors:
            return {}
        made = {"control_share": CONTROL_SHARE if share is None else share}
        try:
            return made | {"retirement": _rule(rule, given, needed["overlap"]).version}
        except ValueError as error:
            name = str(error).partition(" ")[0]
            self.add_error("above" if name == "posterior" else name, f"{str(error)[0].upper()}{str(error)[1:]}.")
            return {}

    def add_refusal(self, error: DomainError) -> None:
        """Show why the round could not be opened, beside the field that the message names first."""
        place, _, message = str(error).partition(": ")
        field = place.replace("sampler_parameters.", f"{self.cleaned_data.get('sampler')}_")
        if message and field in self.fields:
            self.add_error(field, message[0].upper() + message[1:])
        else:
            self.add_error(None, str(error))
