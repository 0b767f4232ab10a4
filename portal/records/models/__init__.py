"""The tables of the academic record, by noun."""

from portal.records.models.classes import StudentCourse, TeachingClass, TeachingSlot
from portal.records.models.courses import Course, CourseEquivalence
from portal.records.models.extras import LevelExamScore, OtherCredit
from portal.records.models.grades import GradeAttempt, GradePolicy, MakeupSitting
from portal.records.models.ledger import CreditPosting
from portal.records.models.people import (
    HOME_COLLEGE,
    AdminClass,
    Major,
    StandingChange,
    Student,
    Teacher,
)
from portal.records.models.plans import PlanCourse, PlanRequirement, ProgrammePlan
from portal.records.models.terms import AcademicTerm
from portal.records.models.veterans import VeteranStatus

__all__ = [
    "HOME_COLLEGE",
    "AcademicTerm",
    "AdminClass",
    "Course",
    "CourseEquivalence",
    "CreditPosting",
    "GradeAttempt",
    "GradePolicy",
    "LevelExamScore",
    "Major",
    "MakeupSitting",
    "OtherCredit",
    "PlanCourse",
    "PlanRequirement",
    "ProgrammePlan",
    "StandingChange",
    "Student",
    "StudentCourse",
    "Teacher",
    "TeachingClass",
    "TeachingSlot",
    "VeteranStatus",
]
