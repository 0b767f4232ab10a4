"""The term a staff page is about."""

from django.http import Http404, HttpRequest
from django.utils import timezone

from portal.records.models import AcademicTerm
from portal.records.selectors import current_term


def term_of(request: HttpRequest) -> AcademicTerm:
    """The term a page is about: ``?term=2024-2025-2`` or the running one."""
    code = request.GET.get("term") or request.POST.get("term")
    row = (
        AcademicTerm.objects.filter(code=code).first()
        if code
        else current_term(timezone.localdate())
    )
    if row is None:
        raise Http404
    return row
