"""Signing in and out, and one's own account."""

from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse_lazy
from django.views.decorators.http import require_safe

from portal.accounts.forms import NewPasswordForm, SignInForm
from portal.accounts.selectors import contacts
from portal.lib.errors import DomainError


class SignIn(LoginView):
    """One door for everybody; students go on to their page, staff to admin."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        if self.request.user.is_staff:
            return resolve_url("admin:index")
        return super().get_default_redirect_url()

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, help=contacts("sign-in"))


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Too many wrong passwords for this account from here."""
    pause = ceil(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    error = DomainError(
        "sign_in.locked",
        f"连续 {settings.AXES_FAILURE_LIMIT} 次密码不对，这个账号在这里暂停登录 {pause} 分钟。",
        advice="到时再登录；忘记密码请联系信息中心，不用等。",
        status=429,
    )
    return render(request, "refused.html", {"error": error}, status=error.status)


class ChangePassword(PasswordChangeView):
    """A new password; the session goes on."""

    template_name = "accounts/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("accounts:me")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "密码已修改，下次登录用新密码。")
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


@require_safe
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the way out."""
    return render(request, "accounts/me.html")
