"""人才培养方案: what a major asks of a grade year."""

from django.db import models

from portal.records.kinds import CourseCategory, CourseNature
from portal.records.models.checks import half_step, half_steps, known
from portal.records.models.courses import Course
from portal.records.models.people import Major


class ProgrammePlan(models.Model):
    """The plan of one major for one grade year."""

    code = models.CharField("方案编号", max_length=40, unique=True)
    major = models.ForeignKey(Major, models.PROTECT, verbose_name="专业")
    grade_year = models.PositiveSmallIntegerField("年级")
    name = models.CharField("方案名称", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "培养方案"
        ordering = ("-grade_year", "major")
        constraints = [
            models.UniqueConstraint(fields=["major", "grade_year"], name="plan_once_per_year")
        ]

    def __str__(self) -> str:
        return self.name or f"{self.grade_year}级 {self.major}"


class PlanCourse(models.Model):
    """A course of a plan: nature, category and term number come from here."""

    plan = models.ForeignKey(
        ProgrammePlan, models.CASCADE, related_name="courses", verbose_name="培养方案"
    )
    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程")
    nature = models.CharField("课程性质", max_length=12, choices=CourseNature.choices())
    category = models.CharField("课程类别", max_length=12, choices=CourseCategory.choices())
    term_number = models.PositiveSmallIntegerField("开课学期序号")  # 1 = first term of first year

    class Meta:
        verbose_name = verbose_name_plural = "方案课程"
        ordering = ("plan", "term_number", "course")
        constraints = [
            known("nature", CourseNature, "plan_course_nature_known"),
            known("category", CourseCategory, "plan_course_category_known"),
            models.UniqueConstraint(fields=["plan", "course"], name="plan_course_once"),
            models.CheckConstraint(
                condition=models.Q(term_number__gte=1, term_number__lte=12),
                name="plan_course_term_range",
                violation_error_message="开课学期序号在 1–12 之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course}"


class PlanRequirement(models.Model):
    """Credits a plan asks for in one category."""

    plan = models.ForeignKey(
        ProgrammePlan, models.CASCADE, related_name="requirements", verbose_name="培养方案"
    )
    category = models.CharField("课程类别", max_length=12, choices=CourseCategory.choices())
    credit_hours = models.DecimalField(
        "要求学分", max_digits=5, decimal_places=1, validators=[half_step]
    )

    class Meta:
        verbose_name = verbose_name_plural = "方案学分要求"
        ordering = ("plan", "category")
        constraints = [
            known("category", CourseCategory, "requirement_category_known"),
            half_steps("credit_hours", "requirement_credit_steps"),
            models.UniqueConstraint(fields=["plan", "category"], name="requirement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.credit_hours}"
