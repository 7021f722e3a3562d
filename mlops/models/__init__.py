"""Encoders and features; predictors with their versions, evaluations and predictions; the learner's lease."""

from mlops.models.encoder import Encoder, FeatureSet
from mlops.models.lease import LearnerLease
from mlops.models.predictor import Evaluation, ModelVersion, Predictions, Predictor

__all__ = ["Encoder", "Evaluation", "FeatureSet", "LearnerLease", "ModelVersion", "Predictions", "Predictor"]
