"""Personal data that leaves the page it is masked on: asked what for, and written down."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from portal.accounts.models import User
from portal.audit.models import Opening
from portal.audit.states import CHOSEN, Reason, Way
from portal.lib import origin, trace

LONGEST = 200
_NAMED = re.compile(r"filename\*?=(?:utf-8'')?\"?([^\";]+)", re.IGNORECASE)
WITHIN = "属于记录"  # among the filters of an opening that is part of another
_PURPOSE, _ABOUT = "audit_purpose", "audit_about"  # on the request, on the answer


@dataclass(frozen=True)
class Purpose:
    """What somebody says he opens data for."""

    reason: Reason
    note: str


@dataclass(frozen=True)
class About:
    """Whose data an answer carries (``records.student`` and a key), or how many rows.

    ``within``: the number of the opening it is a part of, kept with the filters.
    """

    subject: str = ""
    row: int | None = None
    rows: int | None = None
    within: int | None = None


class PurposeForm(forms.Form):
    """用途 from a short list; 其他 is said in words."""

    reason = forms.ChoiceField(
        label="用途",
        choices=[("", "请选择"), *((one.value, one.label) for one in CHOSEN)],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择用途。", "invalid_choice": "请选择用途。"},
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text="选“其他”时必填，例如文号或事由。",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == Reason.OTHER and not cleaned.get("note", "").strip():
            self.add_error("note", "请写明用途。")
        return cleaned

    def purpose(self) -> Purpose:
        """What was chosen; only once the form is valid."""
        return Purpose(Reason(self.cleaned_data["reason"]), self.cleaned_data["note"].strip())


def for_a_purpose(
    request: HttpRequest,
    what: str,
    answer: Callable[[], HttpResponseBase],
    *,
    back: str,
    verb: str = "导出",
    more: str = "",
) -> HttpResponseBase:
    """Ask what for, and answer once that is said (POST to the same address).

    ``more``: what else somebody should know before.
    """
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        vars(request)[_PURPOSE] = form.purpose()
        return answer()
    context = {"form": form, "what": what, "back": back, "verb": verb, "more": more}
    return render(request, "audit/purpose.html", context, status=400 if form.is_bound else 200)


def about(answer: HttpResponseBase, found: About) -> HttpResponseBase:
    """Say whose data a file carries, or how many rows."""
    vars(answer)[_ABOUT] = found
    return answer


def looked(request: HttpRequest, what: str, subject: str, row: int) -> Opening:
    """Somebody is shown what is masked otherwise."""
    return _write(request, Way.LOOK, what, About(subject, row))


def looked_on(request: HttpRequest, what: str, opening: int) -> Opening:
    """What somebody opens next for the purpose of an earlier opening."""
    first = Opening.objects.get(pk=opening)
    vars(request)[_PURPOSE] = Purpose(Reason(first.reason), first.note)
    return _write(request, Way.LOOK, what, About(first.subject, first.row, within=opening))


class OpeningMiddleware:
    """Every file the staff is handed is written down before it is sent; stands behind
    ``OriginMiddleware``. A file that cannot be written down is not handed out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if _hands_out(request, answer):
            found = vars(answer).get(_ABOUT) or About(rows=_rows_written())
            _write(request, Way.FILE, file_name(answer), found)
        return answer


def file_name(answer: HttpResponseBase) -> str:
    """The name a browser saves it under."""
    named = _NAMED.search(answer.headers.get("Content-Disposition", ""))
    return unquote(named[1]) if named else ""


def _hands_out(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """A file for the staff; a sheet to fill in says nothing of anybody as long as it is empty."""
    if answer.status_code != 200 or not answer.has_header("Content-Disposition"):
        return False
    match = request.resolver_match
    is_template = match is not None and (match.url_name or "").endswith("template")
    is_empty = is_template and not _rows_written()
    return isinstance(request.user, User) and request.user.is_staff and not is_empty


def _rows_written() -> int | None:
    now_at = origin.current()
    return sum(now_at.rows) if now_at and now_at.rows else None


def _write(request: HttpRequest, way: Way, what: str, found: About) -> Opening:
    purpose = vars(request).get(_PURPOSE) or Purpose(Reason.WORK, "")
    now_at = origin.current()
    assert now_at is not None  # noqa: S101 -- the middleware in front has said where
    filters = {key: ", ".join(values)[:LONGEST] for key, values in request.GET.lists()}
    return Opening.objects.create(
        at=now_at.at,
        actor_id=request.user.pk,
        way=way,
        what=what[:LONGEST],
        subject=found.subject,
        row=found.row,
        rows=found.rows,
        filters=filters | ({WITHIN: str(found.within)} if found.within else {}),
        reason=purpose.reason,
        note=purpose.note,
        place=now_at.place[:LONGEST],
        request=trace.current(),
    )
