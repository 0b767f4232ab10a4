"""Checks about the course to be passed, in the order in which a student should hear of them.

Sources: the exchange manual's special notes 1–6, and what other colleges have published.
"""

from collections.abc import Callable

from credits.kinds import TargetKind, Treatment
from credits.rules.facts import Case, Sitting
from credits.rules.findings import Finding, Level, Topic
from credits.rules.ruleset import Price, Rules
from portal.records.kinds import AttemptKind, ResultFlag, Standing

_NOT_STUDYING = (Standing.GRADUATED, Standing.WITHDRAWN, Standing.SUSPENDED)
SECOND_CHANCES = (AttemptKind.MAKEUP, AttemptKind.RETAKE)
# A flag that says the student was not there, or was not let in: no attempt was sat.
_NOT_SAT = (ResultFlag.ABSENT, ResultFlag.BARRED)
NO_PRICE = {
    TargetKind.PRACTICE: ("实践课不参与学分兑换。", "实践课不及格直接重修。"),
    TargetKind.ELECTIVE: (
        "通识选修课不用兑换。",
        "另选一门通识选修课，学分一样算。",
    ),
    TargetKind.CERTIFICATE: ("等级证书不参与学分兑换。", "等级证书有单独的补测。"),
    TargetKind.OFF_PLAN: ("这门课不在你的培养方案里，毕业不需要它。", "不用兑换。"),
}


def standing(case: Case, _rules: Rules) -> Finding:
    """Only who still studies or has completed without a diploma gains by an exchange."""
    label = case.person.standing.label
    if case.person.standing in _NOT_STUDYING:
        return _stop("standing", "学籍状态", f"你的学籍状态是{label}，现在不能申请。")
    return Finding("standing", Level.OK, "学籍状态", label)


def still_failed(case: Case, _rules: Rules) -> Finding:
    """Passed meanwhile: nothing is left to exchange."""
    rule = "课程仍不及格"
    passed = next((one for one in reversed(case.target.sittings) if one.passed), None)
    if passed is not None:
        fact = f"这门课已经及格（{passed.kind.label} {passed.result}）。"
        return _stop("passed", rule, fact, "不用再兑换。")
    return Finding("still_failed", Level.OK, rule, case.target.evidence)


def not_excluded(case: Case, rules: Rules) -> Finding:
    """Note 5: 第六条 names courses, and everything one college offers."""
    rule, target = "课程不在不兑换名单", case.target
    named = rules.treatment(target)
    if named is not None and named[0] is Treatment.EXCLUDED:
        return _stop("excluded", rule, named[1], "重修这门课。")
    if target.is_excluded:
        return _stop("excluded", rule, "这门课在不参与兑换的课程名单里。", "重修这门课。")
    return Finding("not_excluded", Level.OK, rule, f"{target.category.label}，{target.college}")


def no_other(case: Case, _rules: Rules) -> Finding:
    """One application about a course at a time."""
    rule = "没有另一份申请"
    if case.past.standing:
        fact = f"这门课已有一份申请（{case.past.standing}）。"
        return _stop("applied", rule, fact, "在“我的申请”里看进度。")
    return Finding("no_other", Level.OK, rule, "这门课没有别的申请")


def honest(case: Case, rules: Rules) -> Finding:
    """Failed by cheating and the like, where the rule set bars it, as
    陕西铁路工程职院 published in 2016; the manual does not say."""
    rule = "不是违纪、作弊、缺考造成"
    barred = next((one for one in case.target.sittings if one.flag in rules.barred), None)
    if barred is not None:
        fact = f"{barred.kind.label}记为{barred.flag.label}，这样不及格的课不能兑换。"
        return _stop("barred", rule, fact, "重修这门课。")
    return Finding("honest", Level.OK, rule, "没有这类记录")


def reexamined(case: Case, _rules: Rules) -> Finding:
    """Note 1: a make-up or a retake was sat and failed; a missed one was not sat."""
    rule, target = "参加过补考或重修，仍不及格", case.target
    if target.deferred:
        return _stop("deferred", rule, "缓考还没有考。", "先参加缓考。", Topic.MAKEUP)
    if target.makeup_pending:
        return _makeup_first(case, rule)
    if target.in_progress:
        return _stop("in_progress", rule, "你这学期正在修这门课。", "等这学期的成绩。")
    sat = [one for one in target.sittings if was_sat(one)]
    if not sat:
        step = "重修这门课，重修仍不及格才能兑换。" if target.is_practical else "先参加补考或重修。"
        return _stop("not_reexamined", rule, f"{_results(case)}还没参加补考或重修。", step)
    fact = f"{target.evidence}（{sat[-1].term}）"
    return Finding("reexamined", Level.OK, rule, fact, numbers={"sat": str(len(sat))})


def priced(case: Case, rules: Rules) -> Finding:
    """Notes 2 and 4: there is something this course may be had for, at a confirmed price."""
    rule, kind = "有可用的兑换规则", rules.kind_of(case.target)
    prices = rules.prices_for(case.target, case.person.grade_year)
    if not prices:
        fact, step = NO_PRICE.get(kind, (f"{kind.label}没有兑换规则。", "重修这门课。"))
        return _stop("no_price", rule, fact, step)
    if not any(rules.usable(one) for one in prices):
        fact = f"{kind.label}的兑换比例学校还没有确认，现在不受理。"
        return _stop("unconfirmed", rule, fact, "确认后这里自动开放。", Topic.EXCHANGE)
    return Finding("priced", Level.OK, rule, f"{kind.label} ← {_names(prices)}")


def within_caps(case: Case, rules: Rules) -> Finding:
    """Credits passed by exchange: so many a term, and such a share of the plan."""
    rule, hours = "兑换学分没有超过上限", case.target.credit_hours
    term, ever = case.past.this_term + hours, case.past.ever + hours
    if rules.term_cap is not None and term > rules.term_cap:
        fact = (
            f"本学期已申请兑换 {case.past.this_term} 学分，加上这门 {hours}，"
            f"超过上限 {rules.term_cap}。"
        )
        return _stop("term_cap", rule, fact, "下学期再申请。")
    if rules.plan_share is not None and case.person.plan_hours:
        limit = case.person.plan_hours * rules.plan_share / 100
        if ever > limit:
            fact = (
                f"兑换合计 {ever} 学分，上限是方案总学分 {case.person.plan_hours} 的"
                f" {rules.plan_share.normalize():f}%，即 {limit.normalize():f}。"
            )
            return _stop("plan_share", rule, fact, "重修这门课。")
    return Finding(
        "within_caps", Level.OK, rule, f"本学期 {term} 学分", numbers={"term": str(term)}
    )


CHECKS: tuple[Callable[[Case, Rules], Finding], ...] = (
    no_other,
    standing,
    still_failed,
    not_excluded,
    honest,
    priced,
    reexamined,
    within_caps,
)


def _makeup_first(case: Case, rule: str) -> Finding:
    fact, on = f"{_results(case)}补考还没有考。", case.target.makeup_on
    if on is None:
        return _stop("makeup_pending", rule, fact, "补考日期问教学部。", Topic.MAKEUP)
    return Finding("makeup_pending", Level.STOP, rule, fact, "补考，仍不及格再来申请。", on=on)


def was_sat(sitting: Sitting) -> bool:
    """A make-up or retake the student came to."""
    return sitting.kind in SECOND_CHANCES and sitting.flag not in _NOT_SAT


def _results(case: Case) -> str:
    return f"{case.target.evidence}，" if case.target.sittings else ""


def _names(prices: tuple[Price, ...]) -> str:
    return "、".join(f"{one.source.label} {one.said}" for one in prices)


def _stop(code: str, rule: str, fact: str, step: str = "", topic: Topic = Topic.NONE) -> Finding:
    return Finding(code, Level.STOP, rule, fact, step, topic)
