"""The words of the academic record, free of Django so that pure rules share them."""

from portal.lib.labels import Labelled


class CourseNature(Labelled):
    """课程性质."""

    REQUIRED = "required", "必修"
    ENGLISH_SELECTIVE = "english", "英语选择性必修"
    MAJOR_EXTENSION = "extension", "专业拓展"
    GENERAL_ELECTIVE = "elective", "通识选修"


class CourseCategory(Labelled):
    """课程类别; it comes from the student's own programme plan."""

    PUBLIC_REQUIRED = "public", "公共必修课"
    MAJOR_BASIC = "basic", "专业基础课"
    MAJOR_CORE = "core", "专业核心课"
    MAJOR_EXTENSION = "extension", "专业拓展课"
    GENERAL_ELECTIVE = "elective", "通识选修课"
    ENGLISH_SELECTIVE = "english", "英语选择性必修课"
    PRACTICE = "practice", "集中实践环节"
    CERTIFICATE = "certificate", "等级证书"
    OFF_PLAN = "off_plan", "计划外课程"


class AttemptKind(Labelled):
    """How a grade came about."""

    REGULAR = "regular", "正考"
    MAKEUP = "makeup", "补考"
    DEFERRED = "deferred", "缓考"
    RETAKE = "retake", "重修"
    EXCHANGE = "exchange", "兑换"
    EXEMPTION = "exemption", "免修"


class ResultFlag(Labelled):
    """Why there is no ordinary score."""

    NONE = "", "正常"
    ABSENT = "absent", "缺考"
    VIOLATION = "violation", "违纪"
    CHEATING = "cheating", "作弊"
    BARRED = "barred", "取消考试资格"


class Standing(Labelled):
    """学籍状态, as far as the portal has to tell them apart."""

    ENROLLED = "enrolled", "在读"
    COMPLETED_NO_DIPLOMA = "completed", "结业"
    GRADUATED = "graduated", "毕业"
    SUSPENDED = "suspended", "休学"
    WITHDRAWN = "withdrawn", "退学"


class Selection(Labelled):
    """Courses a student has to select himself before they stand in his timetable."""

    NONE = "", "统一安排"
    PE = "pe", "体育选课"
    ENGLISH = "english", "YB 选课"


class OtherCreditKind(Labelled):
    """Where credit outside courses comes from."""

    CO_CURRICULAR = "second", "第二课堂"
    CONTEST = "contest", "竞赛集训"
    CERTIFICATE = "certificate", "证书"


class PostingKind(Labelled):
    """How a posting of the credit ledger moves credit that was earned."""

    HELD = "held", "留住"
    CONSUMED = "consumed", "已兑换"  # what was held is used up
    RELEASED = "released", "放回"  # what was held is free again
    REVOKED = "revoked", "撤销兑换"  # what was consumed is free again


def term_name(code: str) -> str:
    """``2024-2025-2`` -> ``2024-2025学年 第2学期``."""
    years, _, number = code.rpartition("-")
    return f"{years}学年 第{number}学期"
