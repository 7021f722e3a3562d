"""What can be wrong with a round, an assignment or a vote."""

from galaxycat.errors import BadInput, Conflict, Forbidden


class RoundClosed(Conflict):
    """The round takes no more votes."""


class SourceTaken(Conflict):
    """The source has as many people as its round asks for."""


class VoteConflict(Conflict):
    """The same client id came with another content."""


class RemarkConflict(Conflict):
    """The same client id came with another flag or comment."""


class DecidedMeanwhile(Conflict):
    """Somebody else decided on the source, or took a decision back, after it was looked at."""


class NotAssigned(Forbidden):
    """The assignment is another person's."""


class NotBlind(Forbidden):
    """The person has seen votes of this blind round."""


class UnknownLabel(BadInput):
    """The label is not in the round's scheme."""
