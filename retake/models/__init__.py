"""The tables of the retake process, by noun."""

from retake.models.enrollments import Enrollment, EnrollmentEvent
from retake.models.rounds import NoticeAcknowledgement, Round
from retake.models.rules import RuleSet
from retake.models.veterans import VeteranClaim

__all__ = [
    "Enrollment",
    "EnrollmentEvent",
    "NoticeAcknowledgement",
    "Round",
    "RuleSet",
    "VeteranClaim",
]
