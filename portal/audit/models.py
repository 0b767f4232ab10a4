"""The history of rows, and of who looked."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from portal.audit.states import Operation, Reason, Way
from portal.lib.workflow import kept_for, one_of

# The network-security law asks for six months of logs (domain §10); six months can be 184 days.
# The setting may keep longer, the database itself refuses to forget sooner.
LEAST_DAYS = 184


def kept(moment: str) -> list[pgtrigger.Trigger]:
    """What was done or looked at at ``moment``, for as long as the law asks."""
    return kept_for(LEAST_DAYS, moment, "kept_half_a_year")


def somebody(label: str) -> "models.ForeignKey[Any, Any]":
    """An account, without a key to check: history must not slow down what it looks at."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=label,
    )


class Change(models.Model):
    """What one statement did to one row, written by the trigger ``audit_note`` and by nobody else.

    ``changes``: column -> [before, after], null where there was none. ``place``: see
    ``portal.lib.origin``; empty for whoever spoke to the database himself.
    """

    at = models.DateTimeField("时间")
    model = models.CharField("对象类别", max_length=80)  # label_lower
    row = models.BigIntegerField("编号")
    operation = models.CharField("操作", max_length=6, choices=Operation.choices())
    changes = models.JSONField("内容")
    actor = somebody("操作人")
    place = models.CharField("从哪里", max_length=200, blank=True)
    request = models.CharField("请求编号", max_length=64, blank=True)  # the one in the log

    class Meta:
        verbose_name = verbose_name_plural = "变更记录"
        ordering = ("-id",)
        constraints = [one_of("operation", Operation, "change_operation_known")]
        triggers = kept("at")
        indexes = [
            models.Index(fields=("model", "row", "-id"), name="change_of_row"),
            models.Index(
                fields=("actor", "-id"),
                condition=models.Q(actor__isnull=False),
                name="change_by_actor",
            ),
            BrinIndex(fields=("at",), name="change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.row}"


class Opening(models.Model):
    """Personal data that somebody on the staff opened or took away as a file, and what for.

    ``subject`` and ``row`` name whose they are where it is one row (``records.student`` 7); a
    list has ``filters`` and the number of its ``rows``.
    """

    at = models.DateTimeField("时间")
    actor = somebody("谁")
    way = models.CharField("方式", max_length=4, choices=Way.choices())
    what = models.CharField("内容", max_length=200)
    subject = models.CharField("对象类别", max_length=80, blank=True)
    row = models.BigIntegerField("编号", null=True, blank=True)
    filters = models.JSONField("条件", default=dict, blank=True)
    rows = models.PositiveIntegerField("行数", null=True, blank=True)
    reason = models.CharField("用途", max_length=8, choices=Reason.choices())
    note = models.CharField("说明", max_length=200, blank=True)
    place = models.CharField("从哪里", max_length=200, blank=True)
    request = models.CharField("请求编号", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "个人信息查看与导出"
        ordering = ("-id",)
        constraints = [
            one_of("way", Way, "opening_way_known"),
            one_of("reason", Reason, "opening_reason_known"),
        ]
        triggers = kept("at")
        indexes = [
            models.Index(fields=("subject", "row", "-id"), name="opening_of_row"),
            models.Index(fields=("actor", "-id"), name="opening_by_actor"),
            BrinIndex(fields=("at",), name="opening_at"),
        ]

    def __str__(self) -> str:
        return self.what
