"""Who contributes which columns to a release. Each app registers its own in `AppConfig.ready()`.

A release must come out the same to the byte whatever is voted, decided and learnt later. So a provider has two verbs:

- `prepare(catalog, options) -> dict` runs once, when the release is made. It returns the options that fix what the
  provider will contribute, such as the rounds, the highest vote and decision, the model's version; they are kept in
  `Release.options` for good. It may refuse (Conflict, Forbidden, BadInput), for instance while a blind round is open.
- `collect(catalog, options) -> (columns, provenance)` gives the columns of these options, aligned to
  `catalog.sources.order_by("number")`, and what the manifest says of where they come from. It runs again at each
  verification, with the same options, and must then give the same values and the same provenance.

`choices(galaxy)` says what a curator may ask for: option -> [(value, title)]. The first is the usual one.
Providers are asked in their `order`, and `prepare` sees the options that those before it have fixed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.module_loading import import_string

from catalogs.models import Catalog, Galaxy

Options = Mapping[str, Any]
Provenance = dict[str, Any]
Choices = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a release.

    `values` (n_sources,) are numbers with nan for none, booleans, or text with "" for none; `unit` is as astropy writes
    it, `ucd` of the IVOA's UCD1+ vocabulary.
    """

    name: str
    values: np.ndarray
    unit: str
    description: str
    ucd: str


def _nothing(catalog: Catalog, options: Options) -> dict[str, Any]:
    return {}


def _no_choices(galaxy: Galaxy) -> Choices:
    return {}


@dataclass(frozen=True)
class Provider:
    """Columns of one app, at its place among the others; see the module's text."""

    order: int
    collect: Callable[[Catalog, Options], tuple[Sequence[Column], Provenance]]
    prepare: Callable[[Catalog, Options], Mapping[str, Any]] = _nothing
    choices: Callable[[Galaxy], Choices] = _no_choices


def later(path: str) -> Callable[..., Any]:
    """The function of this dotted path, imported at its first call: no process that makes no release pays for it."""

    def call(*args: Any) -> Any:
        return import_string(path)(*args)

    return call


RELEASE_COLUMNS: dict[str, Provider] = {}


def in_order() -> Iterator[tuple[str, Provider]]:
    yield from sorted(RELEASE_COLUMNS.items(), key=lambda entry: (entry[1].order, entry[0]))


def fixed_options(catalog: Catalog, asked: Options) -> dict[str, Any]:
    """What a curator asked for, with everything that providers fix for good."""
    options = dict(asked)
    for _, provider in in_order():
        options |= provider.prepare(catalog, options)
    return options


def gathered(catalog: Catalog, options: Options) -> tuple[dict[str, Sequence[Column]], dict[str, Provenance]]:
    """(columns, provenance) by the provider's name, in order. Raises ValueError where two columns have one name."""
    columns, provenance, taken = {}, {}, set[str]()
    for name, provider in in_order():
        columns[name], provenance[name] = provider.collect(catalog, options)
        for column in columns[name]:
            # FITS and databases do not know "Mag_V" from "mag_v".
            if column.name.lower() in taken:
                raise ValueError(f"release column {column.name} of {name} has a name that another column has")
            taken.add(column.name.lower())
    return columns, provenance


def choices_of(galaxy: Galaxy) -> Choices:
    """What a curator may ask for, of all providers."""
    return {option: found for _, provider in in_order() for option, found in provider.choices(galaxy).items()}
