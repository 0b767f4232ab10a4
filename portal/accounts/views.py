"""Signing in and out, and one's own account."""

from typing import Any

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
