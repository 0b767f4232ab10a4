"""登录设备: where an account is signed in, and signing out everywhere else."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts import visits
from portal.accounts.models import User, Visit, VisitEnd
from portal.lib.requests import View, action

# What a browser says of itself -> what people call it; the first that fits.
PROGRAMS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
MACHINES = (
    ("HarmonyOS", "鸿蒙手机"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Mac", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Every browser, this one marked."""
    here = request.session.session_key
    rows = [(visit, device(visit), visit.session_key == here) for visit in _open(request)]
    return render(request, "accounts/visits.html", {"rows": rows})


def _end_others(request: HttpRequest) -> HttpResponse:
    others = _open(request).exclude(session_key=request.session.session_key)
    ended = visits.end(others, VisitEnd.OWNER, timezone.now())
    messages.success(request, f"已退出其他 {ended} 台设备。" if ended else "没有其他设备在登录。")
    return redirect("accounts:visits")


end_others: View = action("accounts:visits")(_end_others)


def device(visit: Visit) -> str:
    """``微信 · iPhone``."""
    named = [
        next((name for sign, name in table if sign in visit.browser), "")
        for table in (PROGRAMS, MACHINES)
    ]
    return " · ".join(name for name in named if name) or "未知设备"


def _open(request: HttpRequest) -> QuerySet[Visit]:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- login_required has sent everybody else away
    return visits.open_of(user)
