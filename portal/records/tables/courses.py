"""Tables of courses, terms, plans, teaching classes."""

from portal.lib.tables.table import Column, Table, table
from portal.lib.tables.words import Day, Number, Text, Whole, YesNo
from portal.records.kinds import CourseCategory, CourseNature, Selection
from portal.records.models import (
    AcademicTerm,
    Course,
    CourseEquivalence,
    PlanCourse,
    PlanRequirement,
    ProgrammePlan,
    StudentCourse,
    TeachingClass,
    TeachingSlot,
)
from portal.records.tables.references import (
    SPLIT_TERMS,
    Term,
    college,
    course,
    major,
    plan,
    student,
    teacher,
    teaching_class,
    term,
    words_of,
)


class WithTerm(Table):
    """A table whose term may come in two columns."""

    joined = SPLIT_TERMS


TABLES: dict[str, type[Table]] = {
    "course": table(
        Course,
        ("code",),
        [
            Column("code", "课程代码", Text(), "kch", "kcdm"),
            Column("name", "课程名称", Text(), "kcmc"),
            Column("english_name", "英文名称", Text(), "kcywmc", "ywmc", "校内课程英文名"),
            Column("credit_hours", "学分", Number(), "xf"),
            Column("course_hours", "学时", Whole(), "zxs", "xs"),
            college("开课学院", "kkbmmc", "kkxymc", "kkxy"),
            Column("nature", "课程性质", words_of(CourseNature), "kcxzmc"),
            Column("category", "课程类别", words_of(CourseCategory), "kclbmc"),
            Column("is_practical", "实践课", YesNo(), "sfsjk"),
            Column("is_certificate", "等级证书", YesNo(), "sfzs"),
            Column("selection", "选课方式", words_of(Selection), "xkfs"),
            Column("exchange_excluded", "不参与学分兑换", YesNo()),
            Column("is_active", "开设", YesNo(), "sfks"),
        ],
    ),
    "courseequivalence": table(
        CourseEquivalence,
        ("old",),
        [
            course("old", "原课程代码"),
            course("new", "替代课程代码"),
            Column("remark", "说明", Text(), "bz"),
        ],
    ),
    "academicterm": table(
        AcademicTerm,
        ("code",),
        [
            Column("code", "学年学期", Term(), "xnxq"),
            Column("starts_on", "开始日期", Day(), "ksrq"),
            Column("ends_on", "结束日期", Day(), "jsrq"),
            Column("is_current", "当前学期", YesNo()),
        ],
        base=WithTerm,
    ),
    "programmeplan": table(
        ProgrammePlan,
        ("code",),
        [
            Column("code", "方案编号", Text(), "jxjhh", "fabh"),
            Column("name", "方案名称", Text(), "famc"),
            major(),
            Column("grade_year", "年级", Whole(), "nj"),
        ],
    ),
    "plancourse": table(
        PlanCourse,
        ("plan", "course"),
        [
            plan(),
            course(),
            Column("nature", "课程性质", words_of(CourseNature), "kcxzmc"),
            Column("category", "课程类别", words_of(CourseCategory), "kclbmc"),
            Column("term_number", "开课学期序号", Whole(), "kkxqxh", "jyxdxnxq"),
        ],
    ),
    "planrequirement": table(
        PlanRequirement,
        ("plan", "category"),
        [
            plan(),
            Column("category", "课程类别", words_of(CourseCategory), "kclbmc"),
            Column("credit_hours", "要求学分", Number(), "yqxf"),
        ],
    ),
    "teachingclass": table(
        TeachingClass,
        ("code",),
        [
            Column("code", "教学班编号", Text(), "jxbbh", "jxb_id"),
            Column("name", "教学班名称", Text(), "jxbmc"),
            course(),
            term(),
            teacher(),
        ],
        base=WithTerm,
    ),
    "teachingslot": table(
        TeachingSlot,
        ("teaching_class", "weekday", "first_period", "first_week"),
        [
            teaching_class(),
            Column("weekday", "星期", Whole(), "xqj"),
            Column("first_period", "开始节次", Whole(), "ksjc"),
            Column("last_period", "结束节次", Whole(), "jsjc"),
            Column("first_week", "开始周", Whole(), "qsz"),
            Column("last_week", "结束周", Whole(), "jsz"),
            Column("venue", "上课地点", Text(), "cdmc"),
        ],
    ),
    "studentcourse": table(
        StudentCourse,
        ("student", "teaching_class"),
        [
            student(),
            teaching_class(),
            Column("absent_hours", "缺课学时", Whole(), "qkxs"),
        ],
    ),
}
