"""教学班 with their hours, and the 个人课表 of every student."""

from django.db import models
from django.db.models import F, Q

from portal.lib.moments import WEEKDAYS
from portal.records.models.courses import Course
from portal.records.models.people import Student, Teacher
from portal.records.models.terms import AcademicTerm


class TeachingClass(models.Model):
    """教学班: one course taught in one term."""

    code = models.CharField("教学班编号", max_length=60, unique=True)
    name = models.CharField("教学班名称", max_length=100)
    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程", db_index=False)
    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="学年学期")
    teacher = models.ForeignKey(
        Teacher, models.PROTECT, null=True, blank=True, verbose_name="任课教师"
    )

    class Meta:
        verbose_name = verbose_name_plural = "教学班"
        ordering = ("-term__code", "code")
        indexes = [models.Index(fields=["course", "term"], name="class_course_term")]

    def __str__(self) -> str:
        return self.name


class TeachingSlot(models.Model):
    """One weekly block of a teaching class; weekday 1 is Monday."""

    teaching_class = models.ForeignKey(
        TeachingClass, models.CASCADE, related_name="slots", verbose_name="教学班"
    )
    weekday = models.PositiveSmallIntegerField(
        "星期", choices=[(number, f"周{name}") for number, name in enumerate(WEEKDAYS, 1)]
    )
    first_period = models.PositiveSmallIntegerField("开始节次")
    last_period = models.PositiveSmallIntegerField("结束节次")
    first_week = models.PositiveSmallIntegerField("开始周", default=1)
    last_week = models.PositiveSmallIntegerField("结束周", default=18)
    venue = models.CharField("上课地点", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "上课时间"
        ordering = ("teaching_class", "weekday", "first_period")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weekday__gte=1,
                    weekday__lte=7,
                    first_period__gte=1,
                    last_period__gte=F("first_period"),
                    first_week__gte=1,
                    last_week__gte=F("first_week"),
                ),
                name="slot_times_in_order",
                violation_error_message="星期为 1–7，结束不能早于开始。",
            ),
            models.UniqueConstraint(
                fields=["teaching_class", "weekday", "first_period", "first_week"],
                name="slot_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.first_period}–{self.last_period} 节"


class StudentCourse(models.Model):
    """A line of the 个人课表: this student sits or sat in this teaching class."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    teaching_class = models.ForeignKey(TeachingClass, models.PROTECT, verbose_name="教学班")
    # None where no roll was kept; R9 looks at the share of the course's hours.
    absent_hours = models.PositiveSmallIntegerField("缺课学时", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "个人课表"
        ordering = ("student", "teaching_class")
        constraints = [
            models.UniqueConstraint(
                fields=["student", "teaching_class"], name="student_course_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.student_id} · {self.teaching_class}"
