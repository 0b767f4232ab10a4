"""结束查看: the way back from a student's pages to one's own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.views.sign_in import landing
from portal.audit import viewing
from portal.lib.requests import View, action


def _end(request: HttpRequest) -> HttpResponse:
    """Back to the page it began on; pressed twice, nothing more happens."""
    seen = viewing.current(request)
    if seen is None:
        return redirect(landing(request.user))
    viewing.end(request, seen)
    messages.success(request, "已结束查看，这里又是你自己的账号。")
    return redirect(seen.back)


end: View = action("home:dashboard")(_end)
