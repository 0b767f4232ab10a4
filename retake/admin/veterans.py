"""退役身份审核: the evidence beside the decision."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from portal.accounts.staff import staff_of
from portal.lib.acting import act
from portal.lib.read_only import ReadOnly
from retake.models import VeteranClaim
from retake.services.veterans import decide


@admin.register(VeteranClaim)
class VeteranClaimAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Pending claims first; no default decision."""

    list_display = ("student", "valid_from", "basis", "state", "claimed_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("student", "decided_by")
    search_fields = ("student__number", "student__name", "basis")
    change_form_template = "retake/admin/claim_form.html"
    fields = readonly_fields = (
        "student",
        "valid_from",
        "basis",
        "file",
        "state",
        "claimed_at",
        "decided_by",
        "decided_at",
        "note",
    )

    @admin.display(description="证明材料")
    def file(self, row: VeteranClaim) -> SafeString | str:
        if not row.evidence:
            return "没有材料"
        return format_html('<a href="{}">看材料</a>', reverse("retake:evidence", args=[row.pk]))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path(
                "<int:pk>/decide/", wrap(require_POST(self.decide_view)), name="retake_claim_decide"
            )
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"may_decide": staff_of(request).has_perm("retake.decide_veteranclaim")}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        to = reverse("admin:retake_veteranclaim_change", args=[pk])
        approved = request.POST.get("decision") == "approve"
        staff, note, now = staff_of(request), request.POST.get("note", ""), timezone.now()
        return act(
            request,
            lambda: decide(staff=staff, claim_id=pk, approved=approved, note=note, now=now),
            "已认定，未缴的重修费已减免。" if approved else "已记为不通过，学生会收到原因。",
            to,
        )
