"""The form that opens a round."""

from typing import Any

from django import forms

from catalogs.models import Galaxy
from labeling.models import Round
from labeling.rounds import MAX_OVERLAP, MAX_SEED

NO_REGIONS = {"type": "FeatureCollection", "features": []}


class OpenRoundForm(forms.Form):
    """Choices for `labeling.rounds.open_round`; `cleaned_data` are its arguments."""

    campaign_name = forms.CharField(label="Campaign", max_length=100, initial="Star clusters")
    n_sources = forms.IntegerField(label="Sources to draw", min_value=1, initial=100)
    regions = forms.JSONField(required=False, widget=forms.HiddenInput)
    mode = forms.ChoiceField(label="What annotators see", choices=Round.Mode.choices, initial=Round.Mode.BLIND)
    among_previous = forms.BooleanField(label="Only sources of the previous round", required=False)
    overlap = forms.IntegerField(
        label="People per source",
        required=False,
        min_value=1,
        max_value=MAX_OVERLAP,
        help_text="Empty: everyone classifies every source.",
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
        self.fields["catalog"] = forms.ModelChoiceField(
            label="Catalogue",
            queryset=galaxy.catalogs.filter(withdrawn_at=None),
            empty_label=None,
            to_field_name="uuid",  # what the API and so the page's map call it
        )
        self.order_fields(["campaign_name", "catalog"])

    def clean_regions(self) -> dict[str, Any] | None:
        """No drawn region means the whole image."""
        regions = self.cleaned_data["regions"]
        return None if regions in (None, "", NO_REGIONS) else regions
