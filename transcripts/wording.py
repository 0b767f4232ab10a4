"""What the sheet says in Chinese, in English, or both. Pure."""

import re
from decimal import Decimal

from portal.records.kinds import AttemptKind, CourseNature, term_name
from transcripts.kinds import NATURES, Language, Personal

# key -> Chinese, English
WORDS = {
    "title": ("学业成绩单", "Academic Transcript"),
    "course": ("课程名称", "Course"),
    "nature": ("课程性质", "Type"),
    "credits": ("学分", "Cr."),
    "grade": ("成绩", "Grade"),
    "remark": ("备注", "Remark"),
    "term_gpa": ("学期平均学分绩点", "Term GPA"),
    "gpa": ("平均学分绩点", "GPA"),
    "exams": ("等级考试成绩", "Level Exams"),
    "blank": ("以下空白", "Blank Below"),
    "earned": ("已获得学分", "Credits Earned"),
    "of_which": ("其中", "of which"),
    "omitted": ("未印", "Not printed"),
    "continued": ("（续）", " (cont.)"),
    "seal": ("学院盖章", "College Seal"),
    "reviewer": ("审核人", "Reviewed by"),
    "office": ("教务处", "Academic Affairs Office"),
    "printed_on": ("打印日期", "Printed on"),
    "code": ("校验码", "Verification Code"),
    "own": ("自查打印，不作证明", "For self-check only, proves nothing"),
    "none": ("没有成绩", "No grades"),
    "spent": ("已兑换", "Exchanged"),
}
PERSONAL = {
    Personal.COLLEGE: "College",
    Personal.MAJOR: "Major",
    Personal.CLASS: "Class",
    Personal.NUMBER: "Student No.",
    Personal.NAME: "Name",
    Personal.ROLL: "Roll No.",
}
NATURE_NAMES = {
    CourseNature.REQUIRED: "Required",
    CourseNature.ENGLISH_SELECTIVE: "English Elective",
    CourseNature.MAJOR_EXTENSION: "Major Extension",
    CourseNature.GENERAL_ELECTIVE: "General Elective",
}
KINDS = {
    AttemptKind.REGULAR: ("", ""),
    AttemptKind.MAKEUP: ("补考", "Make-up"),
    AttemptKind.DEFERRED: ("缓考", "Deferred"),
    AttemptKind.RETAKE: ("重修", "Retake"),
    AttemptKind.EXCHANGE: ("兑换", "Exchanged"),
    AttemptKind.EXEMPTION: ("免修", "Exempted"),
}
RESULTS = {
    "优秀": "Excellent",
    "良好": "Good",
    "中等": "Average",
    "及格": "Pass",
    "不及格": "Fail",
    "合格": "Pass",
    "通过": "Pass",
    "已修": "Taken",
    "不合格": "Fail",
    "免修": "Exempted",
    "缺考": "Absent",
    "违纪": "Violation",
    "作弊": "Cheating",
    "取消考试资格": "Barred",
}

# By the names the examining bodies give themselves (NEEA, the National Language Commission).
EXAMS = {
    "全国计算机等级考试": "National Computer Rank Examination",
    "全国英语等级考试": "Public English Test System",
    "高等学校英语应用能力考试": "Practical English Test for Colleges",
    "大学英语四级": "College English Test Band 4",
    "大学英语六级": "College English Test Band 6",
    "普通话水平测试": "Putonghua Proficiency Test",
}
LEVELS = dict(zip("一二三四五", "12345", strict=True))
LEVEL = re.compile(r"(.+?)([一二三四五ABC])级")


def said(pair: tuple[str, str], language: Language, between: str = " ") -> str:
    """The Chinese, the English, or both with ``between`` between them; never one word twice."""
    chinese, english = pair
    if language is Language.CHINESE or not english:
        return chinese
    if language is Language.ENGLISH or chinese == english:
        return english
    return f"{chinese}{between}{english}"


def word(key: str, language: Language, between: str = " ") -> str:
    """One of ``WORDS``."""
    return said(WORDS[key], language, between)


def nature(kind: CourseNature, language: Language) -> str:
    """As the narrow column writes it."""
    return said(NATURES[kind], language, "\n")


def exam(name: str, language: Language) -> str:
    """A level exam; ``…一级`` is ``…, Level 1``. What is not known keeps its name."""
    levelled = LEVEL.fullmatch(name)
    english = EXAMS.get(name, "")
    if levelled and levelled[1] in EXAMS:
        english = f"{EXAMS[levelled[1]]}, Level {LEVELS.get(levelled[2], levelled[2])}"
    return said((name, english), language, "\n")


def result(text: str, language: Language) -> str:
    """A grade: numbers are the same everywhere."""
    return said((text, RESULTS.get(text, "")), language, "\n")


def term(code: str, language: Language) -> str:
    """``2022-2023学年 第1学期``; ``2022-2023 Term 1``."""
    years, _, number = code.rpartition("-")
    return said((term_name(code), f"{years} Term {number}"), language)


def amount(value: Decimal) -> str:
    """Credits as the sheet writes them: ``2``, ``2.5``."""
    return f"{value:f}".removesuffix(".0")


def colon(language: Language) -> str:
    """Behind a label."""
    return ": " if language is Language.ENGLISH else "："
