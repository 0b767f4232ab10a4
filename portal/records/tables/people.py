"""Tables of majors, classes, students, teachers."""

from portal.lib.tables.table import Column, Table, table
from portal.lib.tables.words import Day, Moment, Text, Whole, Word, YesNo
from portal.records.kinds import Standing
from portal.records.models import (
    AdminClass,
    Major,
    StandingChange,
    Student,
    Teacher,
    VeteranStatus,
)
from portal.records.states import VeteranState
from portal.records.tables.references import admin_class, college, major, student, words_of

TABLES: dict[str, type[Table]] = {
    "major": table(
        Major,
        ("code",),
        [
            Column("code", "专业代码", Text(), "zydm", "zyh"),
            Column("name", "专业名称", Text(), "zymc"),
            Column("english_name", "英文名称", Text(), "zyywmc"),
            college("学院", "xymc", "xydm"),
            Column("length_years", "学制", Whole(), "xz"),
            Column("max_years", "最长学习年限", Whole(), "zcxxnx"),
        ],
    ),
    "adminclass": table(
        AdminClass,
        ("code",),
        [
            Column("code", "班级代码", Text(), "bjdm", "bh"),
            Column("name", "班级名称", Text(), "bjmc", "班级"),
            major(),
            Column("grade_year", "年级", Whole(), "nj", "njdm_id"),
        ],
    ),
    "student": table(
        Student,
        ("number",),
        [
            Column("number", "学号", Text(), "xh"),
            Column("roll_number", "学籍号", Text(), "xjh"),
            Column("name", "姓名", Text(), "xm"),
            Column("english_name", "英文姓名", Text(), "ywxm"),
            Column("gender", "性别", Text(), "xb", "xbmc"),
            admin_class(),
            Column("grade_year", "年级", Whole(), "nj", "njdm_id"),
            Column("student_type", "学生类别", Text(), "xslb", "xslbmc"),
            Column("standing", "学籍状态", words_of(Standing), "xjzt", "xjztmc"),
            Column("phone", "手机号", Text(), "sjhm", "sjh"),
            Column("email", "电子邮箱", Text(), "dzyx"),
            Column("in_arrears", "欠学费", YesNo(), "sfqf"),
        ],
    ),
    "standingchange": table(
        StandingChange,
        ("student", "changed_on", "change"),
        [
            student(),
            Column("change", "异动类别", Text(), "ydlb", "ydlbmc"),
            Column("standing", "异动后状态", words_of(Standing), "ydhzt"),
            Column("changed_on", "异动日期", Day(), "ydrq"),
            Column("document", "文号", Text(), "wh"),
            Column("remark", "说明", Text(), "bz"),
        ],
    ),
    "veteranstatus": table(
        VeteranStatus,
        ("student", "claimed_at"),
        [
            student(),
            Column("valid_from", "生效日期", Day(), "sxrq"),
            Column("basis", "依据", Text(), "yj"),
            Column("state", "状态", Word(VeteranState.choices), "zt"),
            Column("claimed_at", "申请时间", Moment(), "sqsj"),
            Column("decided_at", "审核时间", Moment(), "shsj"),
            Column("note", "审核说明", Text(), "bz"),
        ],
    ),
    "teacher": table(
        Teacher,
        ("number",),
        [
            Column("number", "教工号", Text(), "jgh", "工号"),
            Column("name", "教师姓名", Text(), "jsxm", "xm", "姓名"),
            Column("phone", "电话", Text(), "lxdh", "教师手机号"),
            college("学院", "xymc", "xydm", "kkbmmc"),
        ],
    ),
}
