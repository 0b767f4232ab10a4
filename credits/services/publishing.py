"""Working on rules: a draft begins as a copy, publishing puts it in force for ever."""

from datetime import datetime

from django.db import transaction

from credits.models import NamedCourse, PriceRule, RuleSet
from credits.states import RULE_SET_MOVES, RuleSetState
from portal.accounts.models import User
from portal.lib import workflow
from portal.lib.errors import DomainError, NotYours

PERMISSION = "credits.publish_ruleset"


def publish(*, rule_set_id: int, staff: User, now: datetime) -> RuleSet:
    """Put a draft in force from its date on, for ever.

    Refused: ``rules.forbidden``, ``state.illegal`` when it was published before, ``rules.empty``
    without a single price; ``NotYours``.
    """
    if not staff.has_perm(PERMISSION):
        raise DomainError("rules.forbidden", "你没有发布兑换规则的权限。", status=403)
    with transaction.atomic():
        row = (
            RuleSet.objects.select_for_update(no_key=True, of=("self",))
            .filter(pk=rule_set_id)
            .first()
        )
        if row is None:
            raise NotYours("没有找到这版规则。")
        workflow.require(
            RULE_SET_MOVES, row.state, RuleSetState.PUBLISHED, "这版规则已经发布过了。"
        )
        if not row.prices.exists():
            raise DomainError("rules.empty", "这版规则没有一条比例。", advice="先填兑换比例。")
        row.state = RuleSetState.PUBLISHED.value
        row.published_at, row.published_by = now, staff
        row.save(update_fields=["state", "published_at", "published_by"])
    return row


@transaction.atomic
def copy_rules(*, rule_set_id: int, staff: User, now: datetime) -> RuleSet:
    """A draft with everything of another version, to begin the next one from.

    Refused: ``rules.forbidden``; ``NotYours``.
    """
    if not staff.has_perm("credits.add_ruleset"):
        raise DomainError("rules.forbidden", "你没有修改兑换规则的权限。", status=403)
    row = RuleSet.objects.filter(pk=rule_set_id).first()
    if row is None:
        raise NotYours("没有找到这版规则。")
    parts: list[PriceRule | NamedCourse] = [*row.prices.all(), *row.named.all()]
    row.pk, row.name = None, _free_name(row.name)
    row.state, row.created_at, row.created_by = RuleSetState.DRAFT.value, now, staff
    row.published_at = row.published_by = None
    row.save(force_insert=True)
    for part in parts:
        part.pk, part.rule_set = None, row
        part.save(force_insert=True)
    return row


def _free_name(name: str) -> str:
    stem = name.split(" · 草稿", maxsplit=1)[0][:48]
    number = RuleSet.objects.filter(name__startswith=f"{stem} · 草稿").count()
    return f"{stem} · 草稿 {number + 1}"
