"""The preview somebody saw, as a token in the form that confirms it.

Signed: groups, counts and sums as they stood on the page. What was seen and what is now can then
be told apart, and the difference can be said in words.
"""

from typing import Any

from django.core import signing

from payments.reconcile.models import Upload
from payments.reconcile.pages.words import GROUPS, settled
from payments.reconcile.states import Group
from portal.lib.money import yuan

SALT = "reconcile.preview"
Groups = dict[str, list[int]]  # group → rows, fen


def token(upload: Upload) -> str:
    """What the page of this preview shows; for the form with the button."""
    return signing.dumps([upload.pk, upload.groups], salt=SALT)


def read(told: str, upload: Upload) -> Groups | None:
    """The groups behind a token; None for one that is none, or of another file."""
    try:
        found: Any = signing.loads(told, salt=SALT)
    except signing.BadSignature:
        return None
    key, groups = found
    return dict(groups) if key == upload.pk else None


def changes(before: Groups, after: Groups) -> str:
    """``将入账 2 笔 ¥800.00，原来 3 笔 ¥1,200.00；…``; empty when both are the same."""
    told = [(group, before.get(group, [0, 0]), after.get(group, [0, 0])) for group in Group]
    return "；".join(
        f"{GROUPS[group].text}{_sum(now)}，原来{_sum(then)}"
        for group, then, now in told
        if then != now
    )


def sums(groups: Groups, *, done: bool = False) -> str:
    """``将入账 2 笔 ¥800.00，早已入账 1 笔 ¥400.00``; ``done``: what came of them."""
    label = settled if done else GROUPS.__getitem__
    known = [(label(group).text, groups[group]) for group in Group if group in groups]
    return "，".join(f"{text}{_sum(counted)}" for text, counted in known) or "没有行"


def _sum(counted: list[int]) -> str:
    rows, fen = counted
    return f" {rows} 笔 {yuan(fen)}" if rows else "没有"
