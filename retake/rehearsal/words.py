"""What a rehearsal calls its parameters, its reasons and its places."""

from collections.abc import Callable
from typing import Any

from portal.lib.labels import Labelled
from portal.lib.money import yuan


class Place(Labelled):
    """Where one course of one student ends up."""

    IN = "in", "可以报名"
    OVER = "over", "超过门数上限"  # eligible, but the cap is filled by courses before it
    OUT = "out", "不能报名"


class Fee(Labelled):
    """Why a course that may be taken costs what it costs."""

    CHARGED = "charged", "收费"
    VETERAN = "veteran", "退役学生免费"
    FREE = "free", "前几次免费或单价为 0"


def _switch(value: Any) -> str:
    return "启用" if value else "不启用"


def _limit(value: Any) -> str:
    return "不限" if value is None else f"{value} 门"


def _share(value: Any) -> str:
    return "不启用" if value is None else f"1/{value}"


def _times(value: Any) -> str:
    return "不限" if value is None else f"{value} 次"


# Field of Rules or Tariff -> its label and how its value is written, in the order of the forms.
PARAMETERS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "makeup_first": ("R2 理论课先补考", _switch),
    "practical_direct": ("R3 实践课直接重修", _switch),
    "study_first": ("R4 未修读的先补修", _switch),
    "electives_excluded": ("R5 通识选修、等级证书不设重修", _switch),
    "selection_hint": ("R6 体育、英语未选课的提示联系", _switch),
    "cap_default": ("R7 每学期门数上限", _limit),
    "cap_final_year": ("R7 毕业年级上限", _limit),
    "cap_completed": ("R7 结业生上限", _limit),
    "improve_passed": ("R8 及格课程可刷分", _switch),
    "absence_divisor": ("R9 缺课达几分之一直接重修", _share),
    "attempt_limit": ("R10 补考与重修合计次数上限", _times),
    "clash_warning": ("R11 课表冲突提示", _switch),
    "arrears_block": ("R12 欠学费不能报名", _switch),
    "period_block": ("R13 超过学习年限不能报名", _switch),
    "policy": ("收费方式", lambda value: str(value.label)),
    "unit_fen": ("单价", yuan),
    "practice_fen": ("实践课定额", yuan),
    "free_attempts": ("每门课前几次重修免费", lambda value: f"{value} 次"),
}

# Code of a reason -> what it is for everybody; the student's own figures stand in the list.
REASONS = {
    "in_progress": "本学期正在修，还没有成绩",
    "no_result": "修过，成绩还没有登记",
    "deferred": "缓考还没有考",
    "makeup_pending": "补考还没有考",
    "makeup_missing": "没有补考记录",
    "never_studied": "没有修读过，先补修",
    "certificate": "等级证书不设重修",
    "elective": "通识选修课不设重修",
    "pe": "没有体育选课记录",
    "english": "没有 YB 选课记录",
    "over_cap": "超过门数上限",
    "cap_reached": "已报满门数上限",
    "passed": "已经及格",
    "attempts_used": "补考、重修次数用完",
    "arrears": "欠学费",
    "graduated": "已毕业",
    "left": "已退学",
    "suspended": "正在休学",
    "period_over": "超过最长学习年限",
    "enrolled": "本学期已经报名",
    "lapsed": "本学期报名已失效",
    "cancelled": "本学期报名已取消",
}
