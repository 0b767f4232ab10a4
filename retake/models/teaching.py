"""Teaching groups with their sessions, and who sits in them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.lib.moments import of_our_time
from portal.lib.workflow import append_only, one_of, triggers
from portal.records.models import AcademicTerm, AdminClass, Course, Teacher
from retake.models.enrollments import Enrollment
from retake.states import GROUP_MOVES, GROUP_STARTS, GroupState, TeachingMode


class TeachingGroup(models.Model):
    """A retake 教学班: one course, one term, one way of teaching it.

    The offering college is the course's. ``version`` grows with every change students are told
    of; it is the SEQUENCE of their calendars.
    """

    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="学年学期", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程")
    serial = models.PositiveSmallIntegerField("班")
    name = models.CharField("教学班名称", max_length=100)
    mode = models.CharField(
        "上课方式", max_length=8, choices=TeachingMode.choices(), default=TeachingMode.OWN.value
    )
    teacher = models.ForeignKey(
        Teacher,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="retake_groups",
        verbose_name="任课教师",
    )
    phone = models.CharField("联系电话", max_length=40, blank=True, help_text="留空用教师的电话")
    tutor = models.ForeignKey(
        Teacher,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tutored_groups",
        verbose_name="辅导教师",
    )
    capacity = models.PositiveSmallIntegerField("人数上限", default=60)
    place_text = models.CharField(
        "辅导时间地点", max_length=300, blank=True, help_text="照学院的写法，学生原样看到"
    )
    first_meeting = models.DateTimeField(
        "第一次上课",
        null=True,
        blank=True,
        validators=[of_our_time],
        help_text="没有上课安排时，学生按这一次来，以后的时间课上说",
    )
    first_room = models.CharField(
        "第一次上课地点", max_length=60, blank=True, db_default="", default=""
    )
    exam_at = models.DateTimeField("考试时间", null=True, blank=True, validators=[of_our_time])
    exam_room = models.CharField("考试地点", max_length=60, blank=True)
    exam_form = models.CharField(
        "考试形式", max_length=40, blank=True, help_text="闭卷、机考、作品…"
    )
    # What stood there before it was taken out: calendars that took it over are told.
    dropped_first_meeting = models.DateTimeField("取消的首次上课", null=True, editable=False)
    dropped_exam_at = models.DateTimeField("取消的考试时间", null=True, editable=False)
    requirement = models.TextField("教学组织要求", blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=GroupState.choices(), default=GroupState.ACTIVE.value
    )
    version = models.PositiveIntegerField("变更次数", default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="落实人", related_name="+"
    )
    created_at = models.DateTimeField("落实时间")
    changed_at = models.DateTimeField("最近变更")

    class Meta:
        verbose_name = verbose_name_plural = "重修教学班"
        ordering = ("-term__code", "course__code", "serial")
        constraints = [
            one_of("mode", TeachingMode, "group_mode_known"),
            one_of("state", GroupState, "group_state_known"),
            models.UniqueConstraint(
                fields=["term", "course", "serial"],
                name="group_serial_once",
                violation_error_message="这门课已有这个班号。",
            ),
            models.UniqueConstraint(
                fields=["term", "name"],
                name="group_name_once",
                violation_error_message="本学期已有这个教学班名称。",
            ),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="group_holds_somebody"),
        ]
        # Between which two ids a term's groups lie.
        indexes = [models.Index(fields=["term", "id"], name="group_of_term")]
        triggers = triggers("state", GROUP_MOVES, GROUP_STARTS)

    def __str__(self) -> str:
        return self.name

    @property
    def contact_phone(self) -> str:
        """The group's own number, else its teacher's; load the teacher."""
        return self.phone or (self.teacher.phone if self.teacher else "")


class TeachingSession(models.Model):
    """One meeting. A cancelled one stays, so that calendars that took it over are told."""

    group = models.ForeignKey(
        TeachingGroup, models.CASCADE, related_name="sessions", verbose_name="教学班"
    )
    held_on = models.DateField("日期", validators=[of_our_time])
    first_period = models.PositiveSmallIntegerField("开始节次")
    last_period = models.PositiveSmallIntegerField("结束节次")
    room = models.CharField("地点", max_length=60, blank=True)
    note = models.CharField("说明", max_length=100, blank=True)
    version = models.PositiveIntegerField("变更次数", default=0)
    is_cancelled = models.BooleanField("已取消", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "上课安排"
        ordering = ("held_on", "first_period")
        indexes = [models.Index(fields=["held_on"], name="session_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_period__gte=1, last_period__gte=F("first_period")),
                name="session_periods_in_order",
                violation_error_message="结束节次不能早于开始节次。",
            ),
            models.UniqueConstraint(
                fields=["group", "held_on", "first_period"],
                condition=Q(is_cancelled=False),
                name="session_once",
                violation_error_message="这个班同一天同一节已有安排。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} 第 {self.first_period}–{self.last_period} 节"


class Assignment(models.Model):
    """One enrolment in one group; ended ones stay, for calendars and for the question "since when".

    ``term`` repeats the group's, which never changes: the look-up table is read by it. So it is by
    ``admin_class`` and ``grade_year``, which repeat the student's and follow them
    (``retake.teaching.filing``).
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="assignments", verbose_name="报名"
    )
    group = models.ForeignKey(
        TeachingGroup,
        models.PROTECT,
        related_name="assignments",
        verbose_name="教学班",
        db_index=False,
    )
    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="学年学期", db_index=False)
    admin_class = models.ForeignKey(
        AdminClass, models.PROTECT, verbose_name="行政班", db_index=False
    )
    grade_year = models.PositiveSmallIntegerField("年级")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="落实人", db_index=False
    )
    assigned_at = models.DateTimeField("落实时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "重修名单"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"], condition=Q(ended_at=None), name="assigned_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["term", "group", "id"],
                condition=Q(ended_at=None),
                name="assignment_of_term",
            ),
            models.Index(fields=["group", "id"], name="assignment_of_group"),
            # The look-up table's own order within the classes or the year that are asked for.
            models.Index(
                fields=["admin_class", "group", "id"],
                include=["term", "grade_year"],
                condition=Q(ended_at=None),
                name="assignment_of_class",
            ),
            models.Index(
                fields=["grade_year", "group", "id"],
                include=["term"],
                condition=Q(ended_at=None),
                name="assignment_of_year",
            ),
        ]


class GroupEvent(models.Model):
    """What happened to a group; append-only."""

    group = models.ForeignKey(
        TeachingGroup, models.PROTECT, related_name="events", verbose_name="教学班"
    )
    words = models.CharField("事项", max_length=300)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人")
    happened_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "教学班记录"
        ordering = ("-id",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.words
