"""Signing in and out, and one's own account."""

from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts import campus
from portal.accounts.forms import NewPasswordForm, SignInForm
from portal.accounts.known import failed, is_known, pause, paused_until, remember
from portal.accounts.models import User
from portal.accounts.selectors import contacts
from portal.lib.errors import DomainError
from portal.lib.moments import moment, span
from portal.lib.rate import count, counted
from portal.lib.requests import neighbourhood

WRONG = "wrong-password"  # counted by address
OLD = "wrong-old-password"  # counted by account
WARNED_FROM = 2  # wrong passwords before the pause


class SignIn(LoginView):
    """One door for everybody; students go on to their page, staff to admin."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return landing(self.request.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Many wrong passwords of one address are one program that tries them all."""
        wrong = counted(WRONG, neighbourhood(request), timezone.now())
        if wrong > settings.SIGN_IN_FAILURES and not is_known(request):
            raise DomainError(
                "sign_in.too_often",
                "这个网络地址一分钟内输错的密码太多。",
                advice="一分钟后再登录。",
                status=429,
            )
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        remember(answer, form.get_user())
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        count(WRONG, neighbourhood(self.request), timezone.now())
        failed(self.request)
        return self.render_to_response(self.get_context_data(form=form), status=400)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            help=contacts("sign-in"),
            campus=bool(settings.CAS_SERVER_URL),
            left=_tries_left(self.request),
            pause=_pause(),
        )


class SignOut(LogoutView):
    """Here, and at the campus portal where that is the way somebody came in."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by_campus = request.session.get(BACKEND_SESSION_KEY) == campus.BACKEND
        answer = super().post(request, *args, **kwargs)
        if by_campus and settings.CAS_SERVER_URL:
            return redirect(
                campus.logout_url(request.build_absolute_uri(resolve_url("accounts:login")))
            )
        return answer


def landing(user: User | AnonymousUser) -> str:
    """The page somebody has come for: students their own, staff admin."""
    return resolve_url("admin:index" if user.is_staff else "home:dashboard")


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Too many wrong passwords for this account from here; until when, and who helps meanwhile."""
    now = timezone.now()
    ends = paused_until(request.POST.get("username", ""), neighbourhood(request), now)
    told = {"limit": settings.AXES_FAILURE_LIMIT, "pause": _pause(), "ends": moment(ends, now)}
    context = {**told, "next": request.POST.get("next", ""), "help": contacts("sign-in")}
    return render(request, "accounts/locked.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def _pause() -> str:
    return span(settings.AXES_COOLOFF_TIME)


def _tries_left(request: HttpRequest) -> int | None:
    """How many wrong passwords are left before the pause, once they are few; whatever was typed is
    counted, so that it does not tell whether the account exists.
    """
    wrong = getattr(request, "axes_failures_since_start", None)
    left = settings.AXES_FAILURE_LIMIT - wrong if wrong else WARNED_FROM + 1
    return left if left <= WARNED_FROM else None


class ChangePassword(PasswordChangeView):
    """A new password; the session goes on."""

    template_name = "accounts/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("accounts:me")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever has got hold of an open browser must not try every password here."""
        wrong = counted(OLD, str(request.user.pk), timezone.now(), pause())
        if wrong >= settings.AXES_FAILURE_LIMIT:
            raise DomainError(
                "password.paused",
                f"现在的密码输错了 {wrong} 次，暂时不能修改密码。",
                advice=f"{ceil(pause() / 60)} 分钟后再改；忘记密码请联系信息中心。",
                status=429,
            )
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "密码已修改，下次登录用新密码。")
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error("old_password", "password_incorrect"):
            count(OLD, str(self.request.user.pk), timezone.now(), pause())
        return self.render_to_response(self.get_context_data(form=form), status=400)


@require_safe
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the way out."""
    asked = settings.STAFF_SECOND_FACTOR and request.user.is_staff
    return render(request, "accounts/me.html", {"second_factor": asked})
