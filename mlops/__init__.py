"""What machines said: encoders, checkpoints, predictions, the learner. Empty in 0.1; its place in the layers is held already.

It will import labeling and catalogs, and neither of them it: tests and import contracts see to that from the start.
"""
