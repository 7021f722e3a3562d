"""Domain errors: one clear line each, and no HTTP in them (`galaxycat.faults` maps them to status codes)."""


class DomainError(Exception):
    """Something a person asked for cannot be done; the message says what, where and how to mend it."""


class BadInput(DomainError):
    """A file, row, field or option that cannot be used. The message names it and the mend."""


class Conflict(DomainError):
    """The request contradicts what is already recorded; nothing was changed."""


class Forbidden(DomainError):
    """The person may see this but not do that."""


class NotFound(DomainError):
    """There is no such thing, or none that this person may see."""
