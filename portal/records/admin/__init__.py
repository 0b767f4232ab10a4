"""The academic record in admin: the teaching office keeps it, colleges read their own part."""

from portal.records.admin.classes import StudentCourseAdmin, TeachingClassAdmin
from portal.records.admin.courses import (
    AcademicTermAdmin,
    CourseAdmin,
    CourseEquivalenceAdmin,
    ProgrammePlanAdmin,
)
from portal.records.admin.grades import GradeAttemptAdmin, GradePolicyAdmin, MakeupSittingAdmin
from portal.records.admin.ledger import CreditPostingAdmin
from portal.records.admin.people import MajorAdmin, StudentAdmin, TeacherAdmin

__all__ = [
    "AcademicTermAdmin",
    "CourseAdmin",
    "CourseEquivalenceAdmin",
    "CreditPostingAdmin",
    "GradeAttemptAdmin",
    "GradePolicyAdmin",
    "MajorAdmin",
    "MakeupSittingAdmin",
    "ProgrammePlanAdmin",
    "StudentAdmin",
    "StudentCourseAdmin",
    "TeacherAdmin",
    "TeachingClassAdmin",
]
