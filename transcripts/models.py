"""Issued transcripts, frozen for ever, and the times somebody checked one."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.lib.workflow import append_only, one_of
from portal.records.models import Student
from transcripts.states import CheckWay

_MAY_CHANGE = ["expires_on", "revoked_at", "revoked_by", "revoke_reason"]


class IssuedTranscript(models.Model):
    """One PDF that left the college: what it says, how, and how it is proved.

    ``content_digest`` covers the attached data and is signed with Ed25519 (in the QR code);
    ``sha256`` is of the PDF as handed out. ``source_print`` is the same for two issues that would
    look the same; ``academic_print`` tells whether newer data exist.
    """

    code = models.CharField("校验码", max_length=16, unique=True)
    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生")
    options = models.JSONField("打印选项")
    snapshot = models.JSONField("成绩快照")
    content_digest = models.CharField("内容摘要", max_length=64)
    academic_print = models.CharField("成绩指纹", max_length=64)
    source_print = models.CharField("版本指纹", max_length=64, db_index=True)
    sha256 = models.CharField("文件 SHA-256", max_length=64)
    pages = models.PositiveSmallIntegerField("页数")
    file = models.FileField("PDF", upload_to="transcripts/%Y/%m", max_length=120)
    issued_at = models.DateTimeField("生成时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="生成人", related_name="+"
    )
    expires_on = models.DateField("有效期至", null=True, blank=True)  # the last day it holds
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="撤销人",
        related_name="+",
    )
    revoke_reason = models.CharField("撤销原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "已生成的成绩单"
        ordering = ("-issued_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{16}$"), name="transcript_code_shape"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="transcript_revoked_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="frozen", exclude=_MAY_CHANGE),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            # Revoked is for ever.
            pgtrigger.Protect(
                name="revoked_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} {self.code}"


class TranscriptCheck(models.Model):
    """Somebody looked at the verification page, or held a file against the stored one."""

    transcript = models.ForeignKey(
        IssuedTranscript, models.PROTECT, related_name="checks", verbose_name="成绩单"
    )
    checked_at = models.DateTimeField("核对时间")
    way = models.CharField("方式", max_length=12, choices=CheckWay.choices)

    class Meta:
        verbose_name = verbose_name_plural = "核对记录"
        ordering = ("-checked_at", "-id")
        constraints = [one_of("way", CheckWay, "transcript_check_way_known")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.checked_at:%Y-%m-%d}"
