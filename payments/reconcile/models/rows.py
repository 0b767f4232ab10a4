"""Rows as read, what they mean, and what became of them.

A file may have a million rows, so these tables are written by COPY and carry no foreign key that
PostgreSQL would check row by row: uploads, orders and receipts are never deleted.
"""

import json
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q

from payments.reconcile.states import DIFFERENCES, PLAIN, Effect, EntryKind, Group
from portal.lib import workflow

CELL_BREAK = "\x1f"  # between two cells of ``cells``


def problems_of(faults: str) -> list[list[str]]:
    """What ``UploadRow.faults`` holds: column, value, why, remedy of each."""
    found: list[list[str]] = json.loads(faults) if faults else []
    return found


def _reference(
    to: str, label: str, name: str = "+", *, null: bool
) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        to,
        models.PROTECT,
        null=null,
        blank=null,
        related_name=name,
        db_constraint=False,
        db_index=False,
        verbose_name=label,
    )


class UploadRow(models.Model):
    """One row of a file and what it means. ``position`` counts through the whole file from 1,
    ``place`` is the line or sheet row in ``member``. ``faults``: [column, value, why, remedy] as
    JSON. ``receipt`` is what was already received when it was matched. ``batch``: the part of the
    file it is applied with, None when there is nothing to apply.
    """

    upload = _reference("reconcile.Upload", "文件", "rows", null=False)
    position = models.PositiveIntegerField("次序")
    member = models.CharField("表", max_length=200, blank=True)
    place = models.PositiveIntegerField("行号")
    kind = models.CharField("类别", max_length=8, choices=EntryKind.choices())
    order_number = models.CharField("订单号", max_length=64, blank=True)
    trade_number = models.CharField("渠道交易号", max_length=64, blank=True)
    amount_fen = models.BigIntegerField("金额（分）", null=True, blank=True)
    moved_at = models.DateTimeField("时间", null=True, blank=True)
    refund_number = models.CharField("退款单号", max_length=64, blank=True)
    refund_trade_number = models.CharField("渠道退款号", max_length=64, blank=True)
    payer_name = models.CharField("姓名", max_length=100, blank=True)
    payer_number = models.CharField("学号", max_length=64, blank=True)
    title = models.CharField("缴费项目", max_length=200, blank=True)
    cells = models.TextField("原文")
    faults = models.TextField("问题", blank=True)
    group = models.CharField("分组", max_length=10, choices=Group.choices())
    effect = models.CharField("结果", max_length=10, choices=Effect.choices(), blank=True)
    order = _reference("payments.Order", "订单", null=True)
    receipt = _reference("payments.Receipt", "收款记录", null=True)
    name_differs = models.BooleanField("姓名不同", default=False)
    number_differs = models.BooleanField("学号不同", default=False)
    batch = models.PositiveIntegerField("批", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对账明细"
        ordering = ("upload_id", "position")
        constraints = [
            models.UniqueConstraint(fields=("upload", "position"), name="row_once_per_position"),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.FAULT) | Q(amount_fen__gt=0), name="row_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.FAULT, group=Group.REFUSED, batch__isnull=True)
                | (~Q(kind=EntryKind.FAULT) & ~Q(group=Group.REFUSED)),
                name="row_refused_never_settles",
            ),
            workflow.one_of("kind", EntryKind, "row_kind_known"),
            workflow.one_of("group", Group, "row_group_known"),
        ]
        indexes = [
            # Almost all rows of a file are of the two groups without a question: whoever looks at
            # those goes through the file, and they are spared a third of what their indexes cost.
            models.Index(
                fields=("upload", "group", "position"),
                condition=~Q(group__in=PLAIN),
                name="row_in_question",
            ),
            workflow.where_set("batch", "row_of_batch", "upload", "batch"),
            workflow.where_set("receipt", "row_of_receipt"),
            models.Index(
                fields=("order_number",),
                condition=Q(group__in=DIFFERENCES),
                name="row_that_differs",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="row_is_fixed",
                exclude=[
                    "group", "effect", "order", "receipt", "name_differs", "number_differs",
                    "batch",
                ],
            ),
            pgtrigger.Trigger(
                name="row_stays_once_applied",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM reconcile_upload
                               WHERE id = OLD.upload_id AND state IN ('applying', 'applied')) THEN
                        RAISE EXCEPTION 'upload %: its rows are kept', OLD.upload_id;
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"第 {self.place} 行 {self.order_number}".strip()

    @property
    def cell_texts(self) -> list[str]:
        """The cells as read, in the order of the upload's headers."""
        return self.cells.split(CELL_BREAK)

    @property
    def problems(self) -> list[list[str]]:
        """What is wrong with it: column, value, why, remedy."""
        return problems_of(self.faults)


class RowOutcome(models.Model):
    """What applying a row did. A row without one is what its ``group`` says.

    ``upload`` stands here too, so that a file's outcomes are counted without its rows.
    """

    row = models.OneToOneField(
        UploadRow,
        models.PROTECT,
        primary_key=True,
        related_name="outcome",
        db_constraint=False,
        verbose_name="明细",
    )
    upload = _reference("reconcile.Upload", "文件", null=False)
    group = models.CharField("结果", max_length=10, choices=Group.choices())
    effect = models.CharField("去向", max_length=10, choices=Effect.choices(), blank=True)
    receipt = _reference("payments.Receipt", "收款记录", null=True)
    applied_at = models.DateTimeField("入账时间")

    class Meta:
        verbose_name = verbose_name_plural = "入账结果"
        ordering = ("row_id",)
        constraints = [workflow.one_of("group", Group, "outcome_group_known")]
        indexes = [
            workflow.where_set("receipt", "outcome_of_receipt"),
            models.Index(fields=("upload", "group"), name="outcome_of_upload"),
        ]
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return Group(self.group).done_label
