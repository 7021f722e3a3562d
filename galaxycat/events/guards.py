"""Who may follow a topic: each app registers a guard for its own topics, by their prefix."""

from collections.abc import Callable

from galaxycat.accounts.models import Person

NOT_FOUND, FORBIDDEN = 4404, 4403

# Prefix -> guard(user, rest of the topic's name) -> the code to close with, or None for who may follow.
TOPIC_GUARDS: dict[str, Callable[[Person, str], int | None]] = {}


def refusal(user: Person, topic: str) -> int | None:
    """The websocket close code for whom the topic is not; None for who may follow it. An unknown topic is refused."""
    prefix, _, rest = topic.partition(".")
    guard = TOPIC_GUARDS.get(prefix)
    return guard(user, rest) if guard and rest else NOT_FOUND
