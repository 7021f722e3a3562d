"""Every channel group's name, and which way events travel between processes."""

from channels.layers import InMemoryChannelLayer, get_channel_layer


def topic_group(topic: str) -> str:
    """The group of all sockets that follow the topic, in every process."""
    return f"live.{topic}"


def is_shared() -> bool:
    """Whether the channel layer reaches other processes (Redis); the in-memory one does not."""
    layer = get_channel_layer()
    return layer is not None and not isinstance(layer, InMemoryChannelLayer)
