"""The form that asks for a detection: a band, and SExtractor's parameters with a sentence on each."""

from dataclasses import fields
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from catalogs.imagery import detection
from catalogs.imagery.detection import DetectionParameters
from catalogs.models import Galaxy
from galaxycat.errors import BadInput


class About(NamedTuple):
    title: str
    unit: str
    help: str


ABOUT = {
    "DETECT_THRESH": About("Threshold", "× background rms", "A pixel belongs to a source when it is that far above the background. Lower finds fainter sources, and more noise."),
    "DETECT_MINAREA": About("Smallest area", "pixels", "A source has at least that many pixels above the threshold."),
    "FILTER": About("Smooth first", "1 yes, 0 no", "Smoothing by SExtractor’s default kernel finds faint sources and merges close ones."),
    "BACK_SIZE": About("Background mesh", "pixels", "The background is taken in boxes of this side: wider than a source, finer than a spiral arm."),
    "BACK_FILTERSIZE": About("Background filter", "boxes", "Side of the median filter over the boxes; it takes out boxes full of one bright source."),
    "DEBLEND_NTHRESH": About("Deblending levels", "", "In how many levels a patch is searched for several peaks."),
    "DEBLEND_MINCONT": About("Deblending contrast", "share of flux", "A peak with at least this share of its patch’s flux is a source of its own; 0 splits most."),
    "CLEAN": About("Clean", "1 yes, 0 no", "Takes out false sources in the wings of bright ones."),
    "CLEAN_PARAM": About("Cleaning strength", "", "Lower takes out more; 0.1 to 10."),
    "PHOT_APERTURES": About("Aperture diameter", "pixels", "Of the aperture in which the flux of each band is measured."),
    "BACKPHOTO_TYPE": About("Sky for photometry", "", "LOCAL takes the median in an annulus about each source, GLOBAL the background map alone."),
    "BACKPHOTO_THICK": About("Sky annulus", "pixels", "Width of the annulus; used with LOCAL."),
}  # fmt: skip
GROUPS = {
    "Threshold": ("DETECT_THRESH", "DETECT_MINAREA", "FILTER"),
    "Background": ("BACK_SIZE", "BACK_FILTERSIZE"),
    "Close sources": ("DEBLEND_NTHRESH", "DEBLEND_MINCONT", "CLEAN", "CLEAN_PARAM"),
}
OTHER = "Photometry"


class DetectForm(forms.Form):
    """`band`, and a field for each of DetectionParameters; what it takes is for the dataclass to say."""

    def __init__(self, *args: Any, galaxy: Galaxy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mosaic = galaxy.latest_mosaic
        self.fields["band"] = forms.ChoiceField(
            label="Band",
            choices=[(name, name) for name in mosaic.bands.values_list("name", flat=True)],
            initial=mosaic.reference_band,
            help_text="Sources are found in this band; every band is measured.",
        )
        for parameter in fields(DetectionParameters):
            self.fields[parameter.name] = _field(parameter.name, parameter.default)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The parameters' fields under their headings."""
        named = {name for names in GROUPS.values() for name in names}
        rest = tuple(name for name in self.fields if name != "band" and name not in named)
        return [(title, [self[name] for name in names]) for title, names in (GROUPS | {OTHER: rest}).items() if names]

    def clean(self) -> dict[str, Any]:
        for name in [parameter.name for parameter in fields(DetectionParameters)]:
            if name in self.cleaned_data:
                self._require_usable(name)
        return self.cleaned_data

    def _require_usable(self, name: str) -> None:
        try:
            DetectionParameters().with_overrides([f"{name}={self.cleaned_data[name]}"])
        except BadInput as error:
            # The domain names the command's option; beside the field only what is wrong remains.
            self.add_error(name, ValidationError(str(error).partition(": ")[2]))

    def parameters(self) -> dict[str, Any]:
        return {parameter.name: self.cleaned_data[parameter.name] for parameter in fields(DetectionParameters)}


def _field(name: str, default: Any) -> forms.Field:
    about = ABOUT.get(name, About(name.replace("_", " ").capitalize(), "", ""))
    label = f"{about.title} ({about.unit})" if about.unit else about.title
    options: dict[str, Any] = {"label": label, "initial": default, "help_text": about.help}
    choices = getattr(detection, "CHOICES", {}).get(name)
    if choices:
        return forms.ChoiceField(choices=[(value, value) for value in choices], **options)
    if isinstance(default, int):
        return forms.IntegerField(**options)
    # Whatever a person types as a number: 0.0005 has no step.
    return forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}), **options)
