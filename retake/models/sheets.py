"""Spreadsheets on their way in and out, and private calendar addresses."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.lib.workflow import append_only, one_of
from portal.records.models import Student
from retake.states import SheetKind


class SheetUpload(models.Model):
    """An uploaded file between preview and apply; applied once, by who uploaded it."""

    kind = models.CharField("用途", max_length=8, choices=SheetKind.choices())
    name = models.CharField("文件名", max_length=200)
    data = models.BinaryField("内容")
    reason = models.CharField("更正理由", max_length=200, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("执行时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "上传的表格"
        ordering = ("-id",)
        constraints = [one_of("kind", SheetKind, "sheet_kind_known")]

    def __str__(self) -> str:
        return self.name


class CalendarFeed(models.Model):
    """A private calendar address of a student; dead once revoked, and then replaced by another."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生")
    token = models.CharField("地址", max_length=64, unique=True)
    created_at = models.DateTimeField("开通时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日历订阅"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(revoked_at=None), name="feed_one_alive"
            )
        ]


class PhoneLook(models.Model):
    """A student opened the full number of his teacher; append-only."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="查看人")
    group = models.ForeignKey("retake.TeachingGroup", models.PROTECT, verbose_name="教学班")
    looked_at = models.DateTimeField("查看时间")

    class Meta:
        verbose_name = verbose_name_plural = "号码查看记录"
        ordering = ("-id",)
        triggers = [append_only()]
