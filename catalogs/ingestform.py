"""The form that brings a galaxy in: whose, its names, and a row for each band."""

import re
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from catalogs.ingestjob import BandOrder, require_sizes
from catalogs.models import Galaxy
from galaxycat.accounts.models import Team, User
from galaxycat.errors import BadInput

MOST_BANDS = 9
EXTENSION = re.compile(r"[A-Za-z0-9_.-]{1,40}(,\d{1,3})?")
SHORT_NAME = r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"


class IngestForm(forms.Form):
    """Whose galaxy it is, and what it is called."""

    team = forms.ModelChoiceField(Team.objects.none(), empty_label=None, help_text="Its members see the galaxy.")
    slug = forms.RegexField(
        SHORT_NAME, label="Short name", max_length=60, help_text="Small letters, digits and dashes, such as ngc-628. The name of a galaxy of the team makes a new version of its image.",
        error_messages={"invalid": "Small letters, digits and dashes only, such as ngc-628."},
    )  # fmt: skip
    name = forms.CharField(
        required=False, max_length=100, help_text="For people, such as NGC 628; else the short name."
    )
    reference = forms.CharField(
        label="Reference band", required=False, max_length=32,
        help_text="The name of the band whose pixels all are shown on; else V or the middle wavelength.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["team"].queryset = teams  # type: ignore[attr-defined] # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        team, slug = self.cleaned_data.get("team"), self.cleaned_data.get("slug")
        known = Galaxy.objects.filter(slug=slug).first() if slug else None
        if known is not None and team is not None and (known.team != team or known.withdrawn_at is not None):
            # Whose it is, is not everybody's to know.
            self.add_error("slug", "This short name is taken; choose another.")
        return self.cleaned_data


class BandForm(forms.Form):
    """A band: its name and file, and what the file or its header do not say rightly."""

    name = forms.CharField(label="Band", max_length=32, widget=forms.TextInput(attrs={"placeholder": "V", "size": 8}))
    file = forms.FileField(label="File")
    ext = forms.RegexField(
        EXTENSION, label="HDU", required=False, widget=forms.TextInput(attrs={"placeholder": "SCI", "size": 8}),
        error_messages={"invalid": "A number, a name, or name,version, such as SCI,1."},
    )  # fmt: skip
    plane = forms.IntegerField(
        label="Plane",
        required=False,
        min_value=1,
        max_value=100_000,
        widget=forms.NumberInput(attrs={"placeholder": "–"}),
    )
    filter_name = forms.CharField(
        label="Filter",
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"placeholder": "header", "size": 8}),
    )
    unit = forms.CharField(
        label="Unit", required=False, max_length=64, widget=forms.TextInput(attrs={"placeholder": "header", "size": 12})
    )

    def __init__(self, *args: Any, by_name: bool = False, **kwargs: Any) -> None:
        """`by_name`: the name of a file stands for the file, which is yet to be uploaded."""
        super().__init__(*args, **kwargs)
        if by_name:
            self.fields["file"] = forms.CharField(label="File")

    def clean_ext(self) -> str:
        ext = self.cleaned_data["ext"]
        if ext and not EXTENSION.fullmatch(ext):
            raise ValidationError("A number, a name, or name,version, such as SCI,1.")
        return str(ext)

    def clean_filter_name(self) -> str:
        return _ascii(self.cleaned_data["filter_name"])

    def clean_unit(self) -> str:
        return _ascii(self.cleaned_data["unit"])

    def order(self) -> tuple[BandOrder, UploadedFile]:
        told = {key: self.cleaned_data[key] or None for key in ("ext", "plane", "filter_name", "unit")}
        return BandOrder(name=self.cleaned_data["name"], **told), self.cleaned_data["file"]


def _ascii(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValidationError("Plain letters, digits and signs only, as a FITS header has them.")
    return text


class Bands(forms.BaseFormSet[BandForm]):
    """The rows of a form; empty ones do not count."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "too_few_forms": "Name at least one band and choose its file.",
        "too_many_forms": f"At most {MOST_BANDS} bands are taken here: use the ingest command on the server.",
    }

    def filled(self) -> list[BandForm]:
        return [form for form in self.forms if form.has_changed()]

    def clean(self) -> None:
        if any(self.errors):
            return
        names = [form.cleaned_data["name"] for form in self.filled()]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValidationError(f"Give each band a name of its own: {', '.join(twice)} is there twice.")
        if self.form_kwargs.get("by_name"):
            return
        try:
            require_sizes([form.cleaned_data["file"] for form in self.filled()])
        except BadInput as error:
            raise ValidationError(str(error)) from error

    def orders(self) -> Sequence[tuple[BandOrder, UploadedFile]]:
        return [form.order() for form in self.filled()]


BandFormSet = cast(
    type[Bands],
    forms.formset_factory(
        BandForm, formset=Bands, extra=MOST_BANDS - 1, min_num=1, validate_min=True, max_num=MOST_BANDS,
        absolute_max=MOST_BANDS, validate_max=True,
    ),
)  # fmt: skip
