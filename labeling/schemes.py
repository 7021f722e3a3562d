"""The label schemes that come with GalaxyCat."""

from django.db import transaction

from labeling.models import Label, SchemeVersion

# Okabe and Ito's palette, light enough for a dark page: told apart by colour-blind people too.
LEGUS_LABELS = [
    ("1", "Compact, symmetric", "cluster", "#56b4e9", "Compact object with a symmetric density profile."),
    (
        "2",
        "Compact, asymmetric",
        "cluster",
        "#009e73",
        "Compact object with an asymmetric or elongated density profile.",
    ),
    ("3", "Association", "non-cluster", "#e69f00", "Multi-peak association over shared diffuse emission."),
    (
        "4",
        "Not a cluster",
        "non-cluster",
        "#cc79a7",
        "Foreground star, background galaxy, artefact or other spurious detection.",
    ),
]


@transaction.atomic
def legus_scheme() -> SchemeVersion:
    """LEGUS' four morphological classes in the binary groups cluster and non-cluster; made on first use."""
    scheme, made = SchemeVersion.objects.get_or_create(
        slug="legus",
        version=1,
        defaults={"name": "LEGUS classes", "reference": "Adamo et al. 2017, doi:10.3847/1538-4357/aa7132"},
    )
    if made:
        Label.objects.bulk_create(
            Label(
                scheme=scheme, value=value, name=name, group=group, hot_key=value, colour=colour,
                definition=definition, position=position,
            )
            for position, (value, name, group, colour, definition) in enumerate(LEGUS_LABELS)
        )  # fmt: skip
    return scheme
