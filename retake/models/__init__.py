"""The tables of the retake process, by noun."""

from retake.models.choices import Offer
from retake.models.enrollments import Enrollment, EnrollmentEvent
from retake.models.rounds import NoticeAcknowledgement, Round
from retake.models.rules import RuleSet
from retake.models.sheets import CalendarFeed, PhoneLook, SheetUpload
from retake.models.teaching import Assignment, GroupEvent, TeachingGroup, TeachingSession
from retake.models.verifications import CollegePromise, VerificationRun
from retake.models.veterans import VeteranClaim

__all__ = [
    "Assignment",
    "CalendarFeed",
    "CollegePromise",
    "Enrollment",
    "EnrollmentEvent",
    "GroupEvent",
    "NoticeAcknowledgement",
    "Offer",
    "PhoneLook",
    "Round",
    "RuleSet",
    "SheetUpload",
    "TeachingGroup",
    "TeachingSession",
    "VerificationRun",
    "VeteranClaim",
]
