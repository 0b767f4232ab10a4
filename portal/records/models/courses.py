"""The course catalogue and which new code stands for an old one."""

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from portal.accounts.models import College
from portal.records.kinds import CourseCategory, CourseNature, Selection
from portal.records.models.checks import half_step, half_steps, known


class Course(models.Model):
    """A course; nature and category are defaults only, the student's own plan decides."""

    code = models.CharField("课程代码", max_length=30, unique=True)
    name = models.CharField("课程名称", max_length=100)
    english_name = models.CharField("英文名称", max_length=160, blank=True)
    credit_hours = models.DecimalField(
        "学分", max_digits=4, decimal_places=1, validators=[half_step]
    )
    course_hours = models.PositiveSmallIntegerField("学时", default=0)
    offering_college = models.ForeignKey(College, models.PROTECT, verbose_name="开课学院")
    nature = models.CharField(
        "课程性质",
        max_length=12,
        choices=CourseNature.choices(),
        default=CourseNature.REQUIRED.value,
    )
    category = models.CharField(
        "课程类别",
        max_length=12,
        choices=CourseCategory.choices(),
        default=CourseCategory.OFF_PLAN.value,
    )
    is_practical = models.BooleanField("实践课", default=False)
    is_certificate = models.BooleanField("等级证书", default=False)
    selection = models.CharField(
        "选课方式",
        max_length=8,
        choices=Selection.choices(),
        default=Selection.NONE.value,
        blank=True,
    )
    exchange_excluded = models.BooleanField("不参与学分兑换", default=False)
    is_active = models.BooleanField("开设", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "课程"
        ordering = ("code",)
        indexes = [models.Index(fields=["name"], name="course_name")]
        constraints = [
            known("nature", CourseNature, "course_nature_known"),
            known("category", CourseCategory, "course_category_known"),
            known("selection", Selection, "course_selection_known"),
            half_steps("credit_hours", "course_credit_steps"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class CourseEquivalence(models.Model):
    """Old code → code in force. Flat, so that one join resolves it: never A → B → C."""

    old = models.OneToOneField(
        Course, models.PROTECT, related_name="replacement", verbose_name="原课程"
    )
    new = models.ForeignKey(
        Course, models.PROTECT, related_name="replaces", verbose_name="替代课程"
    )
    remark = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "课程替代"
        ordering = ("old__code",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(old=F("new")),
                name="equivalence_two_courses",
                violation_error_message="课程不能替代自己。",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="flat",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                IF EXISTS (SELECT 1 FROM records_courseequivalence
                           WHERE id IS DISTINCT FROM NEW.id
                             AND (old_id = NEW.new_id OR new_id = NEW.old_id)) THEN
                    RAISE EXCEPTION 'equivalence chain'
                        USING HINT = '替代关系不能成串：每个原课程都直接指向现在开设的课程。';
                END IF;
                RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    def clean(self) -> None:
        """The database refuses a chain too; here it is said in words."""
        others = CourseEquivalence.objects.exclude(pk=self.pk)
        if others.filter(Q(old=self.new_id) | Q(new=self.old_id)).exists():
            raise ValidationError("替代关系不能成串：每个原课程都直接指向现在开设的课程。")
