"""Rules about the student as such: R12 arrears, R13 maximum period and standing."""

from dataclasses import dataclass

from portal.records.kinds import Standing
from retake.eligibility.parameters import Rules
from retake.eligibility.verdicts import Applicant, Topic


@dataclass(frozen=True)
class Block:
    """A reason before it is tied to a course."""

    rule: str
    code: str
    fact: str
    step: str
    topic: Topic = Topic.NONE


NOT_STUDYING = {
    Standing.GRADUATED: Block(
        "R13",
        "graduated",
        "你已毕业，不能再报重修。",
        "对学籍状态有疑问的，联系教学部。",
        Topic.TEACHING,
    ),
    Standing.WITHDRAWN: Block(
        "R13",
        "left",
        "你已退学，不能再报重修。",
        "对学籍状态有疑问的，联系教学部。",
        Topic.TEACHING,
    ),
    Standing.SUSPENDED: Block(
        "R13", "suspended", "你正在休学，休学期间不报重修。", "复学后再来报名。", Topic.TEACHING
    ),
}
ARREARS = Block(
    "R12",
    "arrears",
    "你还有学费没有缴清，缴清后才能报重修。",
    "先缴清学费，到账后这里自动开放。",
    Topic.FINANCE,
)


def student_block(applicant: Applicant, rules: Rules) -> Block | None:
    """What keeps the student from every course, None when nothing does."""
    if rules.period_block:
        period = _period(applicant)
        if period is not None:
            return period
    if rules.arrears_block and applicant.facts.in_arrears:
        return ARREARS
    return None


def _period(applicant: Applicant) -> Block | None:
    facts = applicant.facts
    if facts.standing in NOT_STUDYING:
        return NOT_STUDYING[facts.standing]
    last = facts.last_day
    if last is None or applicant.today <= last:
        return None
    return Block(
        "R13",
        "period_over",
        f"你是 {facts.grade_year} 级，最长学习年限"
        f"到 {last.year}年{last.month}月{last.day}日 为止，已经超过。",
        "联系教学部，问清还能怎样结束学业。",
        Topic.TEACHING,
    )
