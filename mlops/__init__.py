"""What machines said: encoders, models, predictions, the learner. It imports labeling and catalogs, and neither of them it."""
