"""What may be done with a rule set beside editing it: copy, replay, publish."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from credits.admin.acting import BaseAdmin, page
from credits.forms import number
from credits.models import RuleSet
from credits.selectors.replays import last_replay
from credits.services import publishing, replaying
from credits.states import RuleSetState
from portal.accounts.staff import staff_of
from portal.jobs.models import Job
from portal.jobs.services import work
from portal.jobs.tasks import ring
from portal.lib.acting import act

AT_ONCE = 4  # stretches worked off while the page waits: some two thousand applications
LIST = "admin:credits_ruleset_changelist"
CHANGE, REPLAY = "admin:credits_ruleset_change", "admin:credits_ruleset_replay"


class RulePages(BaseAdmin):
    """What ``RuleSetAdmin`` does beside its form."""

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A draft that begins as this version."""
        staff, now = staff_of(request), timezone.now()
        return act(
            request,
            lambda: publishing.copy_rules(rule_set_id=pk, staff=staff, now=now),
            "已复制为草稿。改好先试算，再发布。",
            LIST,
            lambda draft: reverse(CHANGE, args=[draft.pk]),
        )

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A page that says what publishing does, and the button."""
        row = self._rules(request, pk)
        if request.method == "POST":
            staff, now = staff_of(request), timezone.now()
            return act(
                request,
                lambda: publishing.publish(rule_set_id=pk, staff=staff, now=now),
                f"已发布，从 {row.valid_from} 起用。",
                reverse(CHANGE, args=[pk]),
            )
        unconfirmed = row.prices.filter(is_confirmed=False)
        context = {"title": f"发布{row.name}", "row": row, "unconfirmed": list(unconfirmed),
                   "replay": last_replay(pk)}  # fmt: skip
        return page(request, "publish.html", context)

    def replay_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The newest replay: progress, counts, and every application judged otherwise."""
        row = self._rules(request, pk)
        outcome = request.GET.get("outcome", "")
        replay = last_replay(pk, outcome, number(request.GET.get("page")) or 1)
        context = {"title": f"试算：{row.name}", "row": row, "replay": replay, "outcome": outcome,
                   "is_draft": row.state == RuleSetState.DRAFT}  # fmt: skip
        return page(request, "replay.html", context)

    def start_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A few thousand applications are done when the page is back, more by a worker."""
        staff, now = staff_of(request), timezone.now()
        return act(
            request,
            lambda: _begin(replaying.start(rule_set_id=pk, staff=staff, now=now)),
            "",
            LIST,
            lambda _: reverse(REPLAY, args=[pk]),
        )

    def _rules(self, request: HttpRequest, pk: int) -> RuleSet:
        if not staff_of(request).has_perm(publishing.PERMISSION):
            raise PermissionDenied
        row: Any = get_object_or_404(RuleSet, pk=pk)
        return row  # type: ignore[no-any-return]


def _begin(job: Job) -> None:
    if job.items.count() <= AT_ONCE:
        work(job.pk, timezone.now)
    else:
        ring(job.pk)
