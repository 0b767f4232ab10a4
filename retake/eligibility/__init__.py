"""May this student retake this course, and if not, why and what next? Pure rules."""

from retake.eligibility.parameters import Rules

__all__ = ["Rules"]
