"""May this student retake this course, and if not, why and what next?

Pure rules over the facts of ``portal.records.history``; they are numbered R1–R14 where they stand.
"""

from retake.eligibility.assess import assess, assess_all
from retake.eligibility.caps import Cap, cap_of
from retake.eligibility.parameters import Rules
from retake.eligibility.verdicts import (
    Applicant,
    Assessment,
    MayEnroll,
    Reason,
    Topic,
    Verdict,
)

__all__ = [
    "Applicant",
    "Assessment",
    "Cap",
    "MayEnroll",
    "Reason",
    "Rules",
    "Topic",
    "Verdict",
    "assess",
    "assess_all",
    "cap_of",
]
