"""What labeling tells the layers above it."""

from django.dispatch import Signal

# Sent after commit, with `vote_id` and `round_id`. It only wakes whoever listens: the votes are the truth.
vote_cast = Signal()
