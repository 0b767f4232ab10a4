"""Rule sets: dated rows that say which credits may be given for which courses."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from credits.kinds import SourceKind, TargetKind, Treatment
from credits.states import RULE_SET_MOVES, RULE_SET_STARTS, RuleSetState
from portal.accounts.models import College
from portal.lib.workflow import one_of, triggers
from portal.records.models.checks import half_step, half_steps, known


class RuleSet(models.Model):
    """One version of the rules. Published it never changes: applications keep theirs."""

    name = models.CharField("名称", max_length=60, unique=True)
    valid_from = models.DateField("起用日期")
    state = models.CharField(
        "状态", max_length=10, choices=RuleSetState.choices(), default=RuleSetState.DRAFT.value
    )
    bar_cheating = models.BooleanField("作弊的课不能兑换", default=True)
    bar_violation = models.BooleanField("违纪的课不能兑换", default=True)
    bar_absent = models.BooleanField("缺考的课不能兑换", default=True)
    bar_barred = models.BooleanField("取消考试资格的课不能兑换", default=True)
    term_cap = models.DecimalField(
        "每学期最多兑换学分",
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[half_step],
        help_text="留空为不限",
    )
    plan_share = models.DecimalField(
        "最多占方案总学分百分比",
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="留空为不限",
    )
    attachments = models.PositiveSmallIntegerField("至少几份附件", default=1)
    recorded_as = models.CharField("通过后成绩记为", max_length=10, default="合格")
    note = models.TextField("说明", blank=True)
    created_at = models.DateTimeField("创建时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="创建人",
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发布人",
    )

    class Meta:
        verbose_name = verbose_name_plural = "兑换规则"
        ordering = ("-valid_from", "-id")
        permissions = [("publish_ruleset", "可以发布兑换规则")]
        constraints = [
            known("state", RuleSetState, "exchange_rules_state_known"),
            models.CheckConstraint(
                condition=Q(state=RuleSetState.DRAFT.value) | Q(published_at__isnull=False),
                name="exchange_rules_published_dated",
            ),
            models.CheckConstraint(
                condition=Q(plan_share__isnull=True) | Q(plan_share__gte=0, plan_share__lte=100),
                name="exchange_rules_share",
            ),
        ]
        triggers = [
            *triggers("state", RULE_SET_MOVES, RULE_SET_STARTS),
            pgtrigger.Protect(
                name="published_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.state = 'published'"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _frozen_with_its_set(name: str) -> pgtrigger.Trigger:
    """Rows of a published rule set are as frozen as the set."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("owner", "bigint")],
        func="""
        owner := CASE WHEN TG_OP = 'DELETE' THEN OLD.rule_set_id ELSE NEW.rule_set_id END;
        IF EXISTS (SELECT 1 FROM credits_ruleset WHERE state = 'published'
                   AND id IN (owner, CASE WHEN TG_OP = 'UPDATE' THEN OLD.rule_set_id END)) THEN
            RAISE EXCEPTION 'published rules do not change'
                USING HINT = '已发布的规则不能改。另建一版再发布。';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
        """,
    )


class PriceRule(models.Model):
    """``ratio`` credits of a source for each credit of a target."""

    rule_set = models.ForeignKey(
        RuleSet, models.CASCADE, related_name="prices", verbose_name="兑换规则"
    )
    target = models.CharField("兑换课程类别", max_length=12, choices=TargetKind.choices())
    source = models.CharField("来源学分类别", max_length=12, choices=SourceKind.choices())
    ratio = models.DecimalField(
        "比例",
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="几个来源学分抵 1 学分",
    )
    step = models.DecimalField(
        "最小步长", max_digits=3, decimal_places=1, default=Decimal("0.5"), validators=[half_step]
    )
    source_cap = models.DecimalField(
        "每人最多用学分",
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[half_step],
        help_text="留空为不限",
    )
    keeps_minimum = models.BooleanField(
        "只能用多出毕业要求的",
        default=False,
        help_text="不勾选时低于要求只作提醒，学生确认后可提交",
    )
    second_approval = models.BooleanField("要教学部再审", default=False)
    is_confirmed = models.BooleanField("学校已确认", default=False)
    first_year = models.PositiveSmallIntegerField("从哪一级起", null=True, blank=True)
    last_year = models.PositiveSmallIntegerField("到哪一级止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "兑换比例"
        ordering = ("rule_set", "id")
        constraints = [
            known("target", TargetKind, "price_target_known"),
            known("source", SourceKind, "price_source_known"),
            models.CheckConstraint(
                condition=Q(ratio__gt=0),
                name="price_ratio_positive",
                violation_error_message="比例要大于 0。",
            ),
            half_steps("step", "price_step_halves"),
            models.CheckConstraint(
                condition=Q(step__gt=0),
                name="price_step_positive",
                violation_error_message="步长要大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(first_year__isnull=True)
                | Q(last_year__isnull=True)
                | Q(first_year__lte=F("last_year")),
                name="price_years_in_order",
                violation_error_message="年级的起止颠倒了。",
            ),
            models.UniqueConstraint(
                fields=["rule_set", "target", "source", "first_year"],
                nulls_distinct=False,
                name="price_once",
            ),
        ]
        triggers = [_frozen_with_its_set("price_frozen")]

    def __str__(self) -> str:
        return f"{self.get_source_display()} → {self.get_target_display()}"


class NamedCourse(models.Model):
    """A course by its code, or all courses of an offering college, and how it is treated."""

    rule_set = models.ForeignKey(
        RuleSet, models.CASCADE, related_name="named", verbose_name="兑换规则"
    )
    treatment = models.CharField("处理", max_length=10, choices=Treatment.choices())
    course_code = models.CharField("课程代码", max_length=30, blank=True)
    college = models.ForeignKey(
        College, models.PROTECT, null=True, blank=True, verbose_name="或开课学院"
    )
    reason = models.CharField("给学生看的原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "点名课程"
        ordering = ("rule_set", "treatment", "course_code")
        constraints = [
            one_of("treatment", Treatment, "named_treatment_known"),
            models.CheckConstraint(
                condition=Q(course_code="", college__isnull=False)
                | ~Q(course_code="") & Q(college__isnull=True),
                name="named_code_or_college",
                violation_error_message="课程代码和开课学院填一项。",
            ),
            models.CheckConstraint(
                condition=~Q(treatment=Treatment.EXCLUDED.value) | ~Q(reason=""),
                name="named_exclusion_explained",
                violation_error_message="不参与兑换的课程要写明原因，学生会看到。",
            ),
            models.UniqueConstraint(
                fields=["rule_set", "course_code", "college"],
                nulls_distinct=False,
                name="named_once",
            ),
        ]
        triggers = [_frozen_with_its_set("named_frozen")]

    def __str__(self) -> str:
        return self.course_code or str(self.college)
