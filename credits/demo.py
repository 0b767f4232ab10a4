"""Rules of the demo college: placeholders the college has not confirmed, but for what its manual
says outright.
"""

from datetime import date, datetime

from django.db import transaction

from credits.kinds import SourceKind, TargetKind, Treatment
from credits.models import NamedCourse, PriceRule, RuleSet
from credits.services.publishing import publish
from portal.accounts.models import College, User
from portal.accounts.roles import Role

NAME = "2025 年兑换规则（占位，待学校确认）"
NOTE = """\
比例、上限是占位数字，学校确认前只在演示里受理。
不兑换名单按操作步骤的特别提醒第 5 条，依据《学分兑换管理办法（修订）》第六条。"""
ARTICLE = "办法第六条规定不参与兑换。"
# Special note 5, by code and name; what 马克思主义学院 offers is excluded as a whole.
EXCLUDED = {
    "M1000009": "入学教育与军训",
    "M1000020": "劳动教育",
    "M1000014": "大学生心理健康教育",
    "M1000015": "军事理论",
    "M1000024": "毕业设计（论文）",
    "M1000025": "毕业跟岗实习，原顶岗实习",
    "M1000026": "毕业教育",
    "M1000045": "顶岗实习",
}
MARXISM, PE = "05", "04"
# Special notes 2 and 4; the manual names no ratio.
PRICES: tuple[tuple[TargetKind, SourceKind, str, dict[str, bool]], ...] = (
    (TargetKind.PUBLIC, SourceKind.ELECTIVE, "2", {"keeps_minimum": True}),
    (TargetKind.MAJOR_BASIC, SourceKind.EXTENSION, "1", {}),
    (TargetKind.MAJOR_EXTENSION, SourceKind.CONTEST, "1", {}),
    (TargetKind.MAJOR_EXTENSION, SourceKind.AWARD, "1", {}),
    (TargetKind.MAJOR_CORE, SourceKind.AWARD, "1", {"second_approval": True}),
    (TargetKind.PE, SourceKind.CONTEST, "1", {}),
    (TargetKind.PE, SourceKind.AWARD, "1", {}),
)


@transaction.atomic
def build_rules(now: datetime) -> RuleSet:
    """The published placeholder rules, once."""
    standing = RuleSet.objects.filter(name=NAME).first()
    if standing is not None:
        return standing
    staff = User.objects.filter(role=Role.TEACHING).order_by("pk")[0]
    row = RuleSet.objects.create(
        name=NAME, valid_from=date(2024, 9, 1), note=NOTE, created_at=now, created_by=staff
    )
    PriceRule.objects.bulk_create(
        PriceRule(rule_set=row, target=target, source=source, ratio=ratio, **more)
        for target, source, ratio, more in PRICES
    )
    NamedCourse.objects.bulk_create(_named(row))
    return publish(rule_set_id=row.pk, staff=staff, now=now)


def _named(row: RuleSet) -> list[NamedCourse]:
    college = {one.code: one for one in College.objects.filter(code__in=[MARXISM, PE])}
    by_code = [
        NamedCourse(
            rule_set=row,
            treatment=Treatment.EXCLUDED,
            course_code=code,
            reason=ARTICLE,
        )
        for code in EXCLUDED
    ]
    marxism = NamedCourse(
        rule_set=row,
        treatment=Treatment.EXCLUDED,
        college=college[MARXISM],
        reason=f"马克思主义学院课程，{ARTICLE}",
    )
    return [
        *by_code,
        marxism,
        NamedCourse(rule_set=row, treatment=Treatment.PE, college=college[PE]),
    ]
