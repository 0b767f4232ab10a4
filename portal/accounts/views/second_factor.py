"""二次验证 of staff: enrolling a phone, and the code at every sign-in."""

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp import login as note_device
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import second_factor
from portal.accounts.forms import CodeForm
from portal.accounts.models import User
from portal.accounts.selectors import contacts
from portal.lib.errors import DomainError
from portal.lib.requests import View, action

SHOWN, DRAFT = "second-factor-shown", "second-factor-draft"  # in the session: Unix time, key
FRESH = 300  # seconds
TAKES = require_http_methods(["GET", "HEAD", "POST"])


@TAKES
@never_cache
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """The code, at sign-in. Who has no phone enrolled goes there first."""
    user = _staff(request)
    if not second_factor.is_enrolled(user):
        return redirect(f"{reverse('accounts:second-factor-enrol')}?{request.GET.urlencode()}")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = second_factor.verify(user, form.cleaned_data["code"])
        except DomainError as error:
            return _again(request, form, error, "accounts/second_factor.html")
        _let_in(request, device)
        return redirect(_onward(request))
    return _page(request, form, "accounts/second_factor.html")


@TAKES
@never_cache
@login_required
def enrol(request: HttpRequest) -> HttpResponse:
    """The QR code of the drafted secret; a right code from the phone confirms it.

    Who has a phone enrolled already shows its code first, and not long ago.
    """
    user = _staff(request)
    if second_factor.is_enrolled(user) and not _is_fresh(request):
        return redirect_to_login(request.get_full_path(), reverse("accounts:second-factor"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = second_factor.enrol(user, _draft(request), form.cleaned_data["code"])
        except DomainError as error:
            return _again(request, form, error, "accounts/second_factor_enrol.html")
        _let_in(request, device)
        return _codes(request, codes)
    return _page(request, form, "accounts/second_factor_enrol.html")


def _new_codes(request: HttpRequest) -> HttpResponse:
    """Ten fresh ones, for whoever has shown a code not long ago."""
    user = _staff(request)
    if not _is_fresh(request):
        messages.info(request, "换备用码前要再验证一次；验证后请再按一次“换一组备用码”。")
        return redirect_to_login(_onward(request), reverse("accounts:second-factor"))
    return _codes(request, second_factor.renew_codes(user))


new_codes: View = action("accounts:me")(never_cache(_new_codes))


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not settings.STAFF_SECOND_FACTOR or not isinstance(user, User) or not user.is_staff:
        said = "这里不用二次验证。"
        raise DomainError("second_factor.off", said, advice="直接使用。", status=404)
    return user


def _let_in(request: HttpRequest, device: Device) -> None:
    """More may be done from here on, so the session gets a new key."""
    request.session.cycle_key()
    note_device(request, device)
    request.session[SHOWN] = timezone.now().timestamp()
    request.session.pop(DRAFT, None)


def _is_fresh(request: HttpRequest) -> bool:
    """A session somebody else has got hold of must not bind a phone of his for good."""
    shown = request.session.get(SHOWN, 0)
    return bool(timezone.now().timestamp() - shown < FRESH)


def _draft(request: HttpRequest) -> TOTPDevice:
    device = second_factor.draft(_staff(request), request.session.get(DRAFT))
    request.session[DRAFT] = device.pk
    return device


def _page(request: HttpRequest, form: CodeForm, template: str) -> HttpResponse:
    context: dict[str, object] = {"form": form, "help": contacts("sign-in")}
    if template.endswith("enrol.html"):
        draft = _draft(request)
        context |= {"image": _drawn(draft.config_url), "secret": _secret(draft.config_url)}
    return render(request, template, context, status=400 if form.errors else 200)


def _again(request: HttpRequest, form: CodeForm, error: DomainError, template: str) -> HttpResponse:
    form.add_error("code", error.sentence)
    answer = _page(request, form, template)
    answer.status_code = error.status
    return answer


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(
        request, "accounts/backup_codes.html", {"codes": codes, "onward": _onward(request)}
    )


def _drawn(address: str) -> str:
    return segno.make(address, micro=False).svg_data_uri(scale=5, border=3, light="#fff")


def _secret(address: str) -> str:
    """The secret in groups of four, for a phone without a camera."""
    plain = address.partition("secret=")[2].partition("&")[0]
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def _onward(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    inside = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return target if inside else reverse("admin:index")
