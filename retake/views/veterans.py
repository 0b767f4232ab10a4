"""退役身份: claim with evidence, and the evidence itself behind a check."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.audit.openings import About, about
from portal.lib.errors import DomainError, NotYours
from portal.lib.requests import action, user_id
from portal.records.models import VeteranStatus
from portal.records.selectors import student_facts
from portal.records.services.veterans import claim_veteran
from portal.records.states import VeteranState
from retake.evidence import accepted, content_type
from retake.fees import why_not_exempt
from retake.forms import VeteranForm
from retake.services.veterans import PERMISSION


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Where the claim stands, or the form for one."""
    return _page(request, VeteranForm())


@action("retake:veteran")
def claim(request: HttpRequest) -> HttpResponse:
    """Hand in a claim; a refusal keeps what was filled in."""
    form = VeteranForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        claim_veteran(
            user_id=user_id(request),
            valid_from=form.cleaned_data["valid_from"],
            basis=form.cleaned_data["basis"],
            evidence=accepted(form.cleaned_data["evidence"]),
            now=timezone.now(),
        )
    except DomainError as error:
        if error.status != 400:
            raise
        form.add_error(_field(error), error.sentence)
        return _page(request, form, status=400)
    messages.success(request, "已提交，审核有结果会发站内消息给你。")
    return redirect("retake:veteran")


@require_safe
@login_required
@never_cache
def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, for its student and for who decides; for anybody else it does not exist."""
    row = VeteranStatus.objects.select_related("student").filter(pk=pk).first()
    if row is None or not row.evidence:
        raise NotYours("没有找到这个文件。")
    if row.student.user_id != user_id(request) and not request.user.has_perm(PERMISSION):
        raise NotYours("没有找到这个文件。")
    answer = FileResponse(row.evidence.open("rb"), content_type=content_type(row.evidence.name))
    return about(answer, About("records.student", row.student_id))


def _page(request: HttpRequest, form: VeteranForm, status: int = 200) -> HttpResponse:
    standing = VeteranStatus.objects.filter(student__user=user_id(request)).first()
    today = timezone.localdate()
    facts = student_facts(user_id(request))
    refused = standing is not None and standing.state == VeteranState.REFUSED
    context = {
        "form": form,
        "claim": standing,
        "may_claim": standing is None or refused,
        "not_exempt": why_not_exempt(facts, today) if facts else "",
    }
    return render(request, "retake/veteran.html", context, status=status)


def _field(error: DomainError) -> str:
    return "evidence" if error.code.startswith("evidence.") else "valid_from"
