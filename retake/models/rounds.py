"""Rounds with their two windows and their price, and who has read which notice."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.lib.moments import of_our_time
from portal.lib.workflow import one_of, triggers
from portal.records.models import AcademicTerm, Student
from retake.fees import Tariff
from retake.models.rules import RuleSet
from retake.states import ROUND_MOVES, ROUND_STARTS, FeePolicy, RoundState

# Everything a round needs before students may see it, as its form calls it.
REQUIRED = {
    "notice": "报名须知",
    "enrol_opens_at": "报名开始",
    "enrol_closes_at": "报名截止",
    "pay_opens_at": "缴费开始",
    "pay_closes_at": "缴费截止",
    "rule_set": "报名规则",
    "fee_unit_fen": "单价",
    "reconcile_on": "计划对账日期",
    "verify_on": "计划核实日期",
    "college_deadline": "学院落实期限（内部）",
}


class Round(models.Model):
    """One enrolment round of a term.

    Enrolment and payment have windows of their own: the college's spring 2025 opened payment
    three days after enrolment had closed. Both ends of a window belong to it.
    """

    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="学年学期")
    name = models.CharField("名称", max_length=60)
    notice = models.TextField(
        REQUIRED["notice"],
        blank=True,
        help_text="每段一行；发布后的改动自动成为新的一版，学生要重新阅读",
    )
    notice_version = models.PositiveSmallIntegerField("须知版本", default=1)
    enrol_opens_at = models.DateTimeField(
        REQUIRED["enrol_opens_at"], null=True, blank=True, validators=[of_our_time]
    )
    enrol_closes_at = models.DateTimeField(
        REQUIRED["enrol_closes_at"], null=True, blank=True, validators=[of_our_time]
    )
    pay_opens_at = models.DateTimeField(
        REQUIRED["pay_opens_at"], null=True, blank=True, validators=[of_our_time]
    )
    pay_closes_at = models.DateTimeField(
        REQUIRED["pay_closes_at"], null=True, blank=True, validators=[of_our_time]
    )
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, null=True, blank=True, verbose_name=REQUIRED["rule_set"]
    )
    fee_policy = models.CharField(
        "收费方式",
        max_length=8,
        choices=FeePolicy.choices(),
        default=FeePolicy.PER_CREDIT.value,
    )
    fee_unit_fen = models.PositiveIntegerField(
        REQUIRED["fee_unit_fen"],
        null=True,
        blank=True,
        help_text="每学分（按学时的，18 学时折 1 学分）、每门，或理论课一门",
    )
    fee_practice_fen = models.PositiveIntegerField(
        "实践课定额", null=True, blank=True, help_text="只在按授课方式定额时使用"
    )
    free_attempts = models.PositiveSmallIntegerField(
        "每门课前几次重修免费", default=0, help_text="0 为每次都收费"
    )
    reconcile_on = models.DateField(
        REQUIRED["reconcile_on"], null=True, blank=True, validators=[of_our_time]
    )
    verify_on = models.DateField(
        REQUIRED["verify_on"], null=True, blank=True, validators=[of_our_time]
    )
    guidance_days = models.PositiveSmallIntegerField(
        "核实后几个工作日可查", default=3, help_text="与报名截止后 7 个工作日取较晚的一天"
    )
    college_deadline = models.DateField(
        REQUIRED["college_deadline"],
        null=True,
        blank=True,
        validators=[of_our_time],
        help_text="遇节假日自动顺延到下一个工作日",
    )
    # Counted on read, so that a vacation entered later moves the deadline by itself.
    college_days = models.PositiveSmallIntegerField(
        "核实后几个工作日落实（内部）",
        null=True,
        blank=True,
        help_text="填写后学院落实期限按工作日历推算，代替上面的日期",
    )
    # The 预计 X 起可查 of the last messages: when it moves, who was told it hears the new day.
    told_on = models.DateField("学生已知的可查日期", null=True, editable=False)
    state = models.CharField(
        "状态", max_length=10, choices=RoundState.choices(), default=RoundState.DRAFT.value
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="发布人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "重修轮次"
        ordering = ("-id",)
        permissions = [("publish_round", "可以发布重修轮次"), ("verify_round", "可以核实缴费")]
        constraints = [
            one_of("state", RoundState, "round_state_known"),
            one_of("fee_policy", FeePolicy, "round_fee_policy_known"),
            models.CheckConstraint(
                condition=Q(enrol_opens_at__lt=F("enrol_closes_at")),
                name="round_enrol_window",
                violation_error_message="报名截止要晚于报名开始。",
            ),
            models.CheckConstraint(
                condition=Q(pay_opens_at__lt=F("pay_closes_at")),
                name="round_pay_window",
                violation_error_message="缴费截止要晚于缴费开始。",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.DRAFT.value)
                | Q(**{f"{name}__isnull": False for name in REQUIRED}, published_at__isnull=False),
                name="round_published_complete",
            ),
        ]
        triggers = triggers("state", ROUND_MOVES, ROUND_STARTS)

    def __str__(self) -> str:
        return self.name

    @property
    def charge_group(self) -> str:
        """The word under which ``payments`` files this round's charges."""
        return f"retake:round:{self.pk}"

    def tariff(self) -> Tariff:
        """The price list; a draft without a price costs nothing."""
        return Tariff(
            FeePolicy(self.fee_policy),
            unit_fen=self.fee_unit_fen or 0,
            practice_fen=self.fee_practice_fen or 0,
            free_attempts=self.free_attempts,
        )

    def enrols_at(self, now: datetime) -> bool:
        """Both ends belong to the window."""
        return (
            self.state == RoundState.PUBLISHED
            and self.enrol_opens_at is not None
            and self.enrol_closes_at is not None
            and self.enrol_opens_at <= now <= self.enrol_closes_at
        )


class NoticeAcknowledgement(models.Model):
    """已阅读: one student, one version of one notice; never changed."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生")
    round = models.ForeignKey(Round, models.PROTECT, verbose_name="轮次")
    version = models.PositiveSmallIntegerField("须知版本")
    read_at = models.DateTimeField("阅读时间")

    class Meta:
        verbose_name = verbose_name_plural = "须知阅读记录"
        ordering = ("-read_at",)
        constraints = [
            models.UniqueConstraint(fields=["student", "round", "version"], name="notice_read_once")
        ]

    def __str__(self) -> str:
        return f"第 {self.version} 版"
