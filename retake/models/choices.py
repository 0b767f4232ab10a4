"""Groups that do not open: what each student is offered, and what he took."""

from django.db import models
from django.db.models import Q

from portal.lib.workflow import one_of, triggers
from retake.models.enrollments import Enrollment
from retake.models.teaching import TeachingGroup
from retake.states import OFFER_MOVES, OFFER_STARTS, OfferState


class Offer(models.Model):
    """换班或退费: open until ``decide_by`` (a day, included), then the money goes back."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="offers", verbose_name="报名"
    )
    closed_group = models.ForeignKey(
        TeachingGroup, models.PROTECT, related_name="offers", verbose_name="不开的班"
    )
    reason = models.CharField("原因", max_length=200)
    offered_at = models.DateTimeField("提供时间")
    decide_by = models.DateField("最晚选择")
    state = models.CharField(
        "状态", max_length=10, choices=OfferState.choices(), default=OfferState.WAITING.value
    )
    decided_at = models.DateTimeField("选择时间", null=True, blank=True)
    target = models.ForeignKey(
        TeachingGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="换到",
    )

    class Meta:
        verbose_name = verbose_name_plural = "不开班的选择"
        ordering = ("-id",)
        constraints = [
            one_of("state", OfferState, "offer_state_known"),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(state=OfferState.WAITING.value),
                name="offer_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state=OfferState.WAITING.value) | Q(decided_at__isnull=False),
                name="offer_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=OfferState.MOVED.value) | Q(target__isnull=False),
                name="offer_moved_somewhere",
            ),
        ]
        triggers = triggers("state", OFFER_MOVES, OFFER_STARTS)
