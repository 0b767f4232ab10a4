"""The retake process for the teaching office and the colleges."""

from retake.admin.enrollments import EnrollmentAdmin
from retake.admin.groups import TeachingGroupAdmin
from retake.admin.rounds import RoundAdmin
from retake.admin.rules import RuleSetAdmin
from retake.admin.veterans import VeteranClaimAdmin

__all__ = [
    "EnrollmentAdmin",
    "RoundAdmin",
    "RuleSetAdmin",
    "TeachingGroupAdmin",
    "VeteranClaimAdmin",
]
