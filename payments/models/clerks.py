"""Columns and checks for who did what: whatever moves money is the work of two people."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q


def clerk(label: str, *, optional: bool = True) -> "models.ForeignKey[Any, Any]":
    """An account of staff; empty until the step was taken unless it must be there."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=optional,
        blank=optional,
        related_name="+",
        verbose_name=label,
    )


def two_people(name: str) -> models.CheckConstraint:
    """Filing and releasing are two people's work."""
    return models.CheckConstraint(
        condition=Q(released_by__isnull=True) | ~Q(released_by=F("filed_by")),
        name=name,
        violation_error_message="申请和复核要由两个人来做。",
    )
