"""Files as they came, and the headers people had to explain."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q

from payments.models.clerks import clerk
from payments.reconcile.states import UPLOAD_MOVES, UPLOAD_STARTS, UploadState
from portal.lib import workflow

LEASE = timedelta(minutes=2)  # a reader that says nothing for so long is taken for dead


class Upload(models.Model):
    """One file. ``path`` is its name in the private storage, ``day`` that of a fetched statement.

    ``groups`` and ``outcomes``: group → [rows, fen], of the last matching and of the application.
    ``stated``: the file's own totals beside ours; ``candidates`` what the mapping page needs.
    ``leased_until``: whoever reads it is taken for dead after that.
    """

    sha256 = models.CharField("SHA-256", max_length=64)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("字节")
    path = models.CharField("存放位置", max_length=200)
    day = models.DateField("账单日", null=True, blank=True)
    uploaded_by = clerk("上传人")
    uploaded_at = models.DateTimeField("上传时间")
    state = models.CharField(
        "状态", max_length=10, choices=UploadState.choices(), default=UploadState.UPLOADED
    )
    channel = models.CharField("渠道", max_length=16, blank=True)
    format = models.CharField("格式", max_length=16, blank=True)
    headers = models.JSONField("表头", default=list, blank=True)
    leased_until = models.DateTimeField("处理中至", null=True, blank=True)
    read_rows = models.PositiveIntegerField("已读行数", default=0)
    refusal_code = models.CharField("拒收代码", max_length=40, blank=True)
    refusal = models.CharField("没有读成的原因", max_length=300, blank=True)
    remedy = models.CharField("怎么办", max_length=300, blank=True)
    candidates = models.JSONField("可能的表头", default=list, blank=True)
    stated = models.JSONField("文件所写合计", default=list, blank=True)
    totals_agree = models.BooleanField("合计一致", null=True, blank=True)
    first_day = models.DateField("起", null=True, blank=True)
    last_day = models.DateField("止", null=True, blank=True)
    row_count = models.PositiveIntegerField("行数", default=0)
    payment_count = models.PositiveIntegerField("收款笔数", default=0)
    payment_fen = models.PositiveBigIntegerField("收款（分）", default=0)
    refund_count = models.PositiveIntegerField("退款笔数", default=0)
    refund_fen = models.PositiveBigIntegerField("退款（分）", default=0)
    fault_count = models.PositiveIntegerField("拒收行数", default=0)
    fault_fen = models.PositiveBigIntegerField("拒收（分）", default=0)
    groups = models.JSONField("预览", default=dict, blank=True)
    matched_at = models.DateTimeField("比对时间", null=True, blank=True)
    confirmed_by = clerk("确认人")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    released_by = clerk("复核人")
    released_at = models.DateTimeField("复核时间", null=True, blank=True)
    job = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="任务"
    )
    outcomes = models.JSONField("结果", default=dict, blank=True)
    result_path = models.CharField("结果文件", max_length=200, blank=True)
    applied_at = models.DateTimeField("入账时间", null=True, blank=True)
    discarded_by = clerk("作废人")
    discarded_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对账文件"
        ordering = ("-id",)
        permissions = [("apply_upload", "确认、复核对账文件入账")]
        constraints = [
            # The same file is recognised; one that was discarded may come again. Fetched
            # statements of days without money may all look alike.
            models.UniqueConstraint(
                fields=("sha256",),
                condition=~Q(state=UploadState.DISCARDED) & Q(day__isnull=True),
                name="upload_once_per_content",
            ),
            models.UniqueConstraint(
                fields=("channel", "day"),
                condition=Q(day__isnull=False) & ~Q(state=UploadState.DISCARDED),
                name="upload_once_per_fetched_day",
            ),
            models.UniqueConstraint(
                fields=("state",),
                condition=Q(state=UploadState.APPLYING),
                name="upload_one_application",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("confirmed_by")),
                name="upload_two_people",
                violation_error_message="确认和复核要由两个人来做。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(UploadState.WAITING, UploadState.APPLYING))
                | Q(confirmed_at__isnull=False),
                name="upload_confirmed_before",
            ),
            models.CheckConstraint(
                condition=~Q(state=UploadState.APPLIED)
                | (Q(applied_at__isnull=False) & ~Q(result_path="")),
                name="upload_applied_has_result",
            ),
            workflow.one_of("state", UploadState, "upload_state_known"),
        ]
        triggers = [
            *workflow.triggers("state", UPLOAD_MOVES, UPLOAD_STARTS),
            pgtrigger.ReadOnly(
                name="upload_is_fixed",
                fields=["sha256", "name", "size", "path", "day", "uploaded_by", "uploaded_at"],
            ),
            workflow.kept("upload_stays"),
        ]

    def __str__(self) -> str:
        return self.name


class HeaderMapping(models.Model):
    """Which column is what, for headers the portal does not know by itself."""

    fingerprint = models.CharField("表头指纹", max_length=64, unique=True)
    headers = models.JSONField("表头")
    columns = models.JSONField("各列含义")  # header -> Field
    mapped_by = clerk("指认人", optional=False)
    mapped_at = models.DateTimeField("指认时间")

    class Meta:
        verbose_name = verbose_name_plural = "表头指认"
        ordering = ("-mapped_at",)

    def __str__(self) -> str:
        return "、".join(self.headers)[:60]
