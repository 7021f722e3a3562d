"""Live events: an append-only table of what changed, and the sockets that tell open pages."""
