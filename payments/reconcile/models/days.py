"""日结: closed days, and what finance decided about differences. What was said stays on file."""

import pgtrigger
from django.db import models
from django.db.models import Q

from payments.models.clerks import clerk
from portal.lib import workflow


class DayClose(models.Model):
    """One channel's day as it was sealed. Sealed again after a change, it gets a new revision.

    ``content`` is the hash of everything of the day on both sides, ``seal`` that of the channel's
    seal before (``previous``) and of this row: a changed day, and a changed seal, show. Sealed by
    nobody: the portal did it, for a clean statement that it fetched itself.
    """

    channel = models.CharField("渠道", max_length=16)
    day = models.DateField("日期")
    revision = models.PositiveSmallIntegerField("第几次")
    sequence = models.PositiveIntegerField("序号")
    ours_count = models.PositiveIntegerField("我方笔数")
    ours_fen = models.BigIntegerField("我方（分）")
    theirs_count = models.PositiveIntegerField("对方笔数")
    theirs_fen = models.BigIntegerField("对方（分）")
    difference_count = models.PositiveIntegerField("差异")
    note = models.CharField("说明", max_length=200, blank=True)
    content = models.CharField("内容指纹", max_length=64)
    previous = models.CharField("上一封签", max_length=64, blank=True)
    seal = models.CharField("封签", max_length=64)
    sealed_by = clerk("日结人")
    sealed_at = models.DateTimeField("日结时间")

    class Meta:
        verbose_name = verbose_name_plural = "日结"
        ordering = ("-day", "channel", "-revision")
        constraints = [
            models.UniqueConstraint(
                fields=("channel", "day", "revision"), name="dayclose_once_per_revision"
            ),
            models.UniqueConstraint(fields=("channel", "sequence"), name="dayclose_one_chain"),
        ]
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return f"{self.day} {self.channel}"


class Handling(models.Model):
    """What somebody decided about a difference: of a row, or of a receipt no file lists.

    Taken back, with a ``reason``, it counts no more (``withdrawn_at``) and stays on file; then the
    difference waits again, and somebody may decide anew.
    """

    row = models.ForeignKey(
        "reconcile.UploadRow",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handlings",
        verbose_name="明细",
    )
    receipt = models.ForeignKey(
        "payments.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handlings",
        verbose_name="收款记录",
    )
    note = models.CharField("处理结果", max_length=200)
    handled_by = clerk("处理人", optional=False)
    handled_at = models.DateTimeField("处理时间")
    reason = models.CharField("撤回原因", max_length=200, blank=True, db_default="")
    withdrawn_by = clerk("撤回人")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "差异处理"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(row__isnull=False) ^ Q(receipt__isnull=False),
                name="handling_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="handling_says_what"),
            models.UniqueConstraint(
                fields=("row",), condition=Q(withdrawn_at=None), name="handling_once_per_row"
            ),
            models.UniqueConstraint(
                fields=("receipt",),
                condition=Q(withdrawn_at=None),
                name="handling_once_per_receipt",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(reason="")),
                name="handling_withdrawn_with_words",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="handling_is_fixed",
                fields=["row", "receipt", "note", "handled_by", "handled_at"],
            ),
            pgtrigger.Protect(
                name="handling_withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.withdrawn_at IS NOT NULL"),
            ),
            workflow.kept("handling_stays"),
        ]

    def __str__(self) -> str:
        return self.note[:40]
