"""Columns that point to other tables of the record."""

from portal.accounts.models import College
from portal.lib.labels import Labelled
from portal.lib.tables.table import Column
from portal.lib.tables.words import Reference, Text, Word
from portal.records.models import (
    AcademicTerm,
    AdminClass,
    Course,
    Major,
    ProgrammePlan,
    Student,
    Teacher,
    TeachingClass,
)
from portal.records.terms import term_code

# Year and term in columns of their own, as 正方 exports them.
SPLIT_TERMS = (("学年学期", "xnm", "xqm"), ("学年学期", "学年", "学期"))


class Term(Text):
    """A term's code; ``2023 12`` is what the two columns of other systems were joined to."""

    def clean(self, value: str, **_kwargs: object) -> str:
        year, _, number = value.partition(" ")
        try:
            return term_code(year, number)
        except ValueError as error:
            raise ValueError("学年学期写作 2023-2024-1。") from error


def words_of(words: type[Labelled]) -> Word:
    """One of the record's words, by label or code."""
    return Word(words.choices())


def college(header: str = "学院", *aliases: str) -> Column:
    """A college by name or code."""
    attribute = "offering_college" if header == "开课学院" else "college"
    return Column(attribute, header, Reference(College, "name", "code"), *aliases)


def major() -> Column:
    return Column("major", "专业代码", Reference(Major, "code"), "zydm", "zyh_id", "zyh")


def admin_class() -> Column:
    return Column("admin_class", "班级代码", Reference(AdminClass, "code"), "bjdm", "bh_id", "bh")


def student() -> Column:
    return Column("student", "学号", Reference(Student, "number"), "xh")


def teacher() -> Column:
    return Column("teacher", "教工号", Reference(Teacher, "number"), "工号", "jgh", "jsgh")


def course(attribute: str = "course", header: str = "课程代码") -> Column:
    aliases = ("kch", "kcdm") if attribute == "course" else ()
    return Column(attribute, header, Reference(Course, "code"), *aliases)


def term() -> Column:
    return Column("term", "学年学期", Reference(AcademicTerm, "code", reader=Term()), "xnxq")


def plan() -> Column:
    return Column("plan", "方案编号", Reference(ProgrammePlan, "code"), "jxjhh", "fabh")


def teaching_class() -> Column:
    return Column(
        "teaching_class", "教学班编号", Reference(TeachingClass, "code"), "jxbbh", "jxb_id"
    )
