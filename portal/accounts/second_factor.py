"""The second factor of staff: an authenticator app (TOTP), and ten codes for when it is lost."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import interventions, visits
from portal.accounts.models import InterventionKind, User, VisitEnd
from portal.lib.errors import DomainError

NUMBER_OF_CODES = 10
DIGITS = 6
WRONG = "验证码不对，或者已经用过。"
NEXT_ONE = "验证码每 30 秒换一个：等下一个再填；手机时间要和网络时间一致。"


def is_enrolled(user: User) -> bool:
    """Whether an authenticator app has been confirmed."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def draft(user: User, key: int | None) -> TOTPDevice:
    """The secret that is being enrolled at one browser, which remembers its ``key``; else a new
    one. Whoever has seen it elsewhere, with the same password, must not own the phone's codes.
    """
    drafts = TOTPDevice.objects.filter(user=user, confirmed=False)
    return drafts.filter(pk=key).first() or drafts.create(user=user, confirmed=False, name="app")


def enrol(user: User, drafted: TOTPDevice, code: str) -> tuple[TOTPDevice, list[str]]:
    """Confirm the drafted secret with a code it made; the device and the new backup codes.

    Takes the place of an earlier one. Raises ``DomainError`` when the code does not fit.
    """
    device = _accepted(drafted, code)
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        return device, renew_codes(user)


def renew_codes(user: User) -> list[str]:
    """Ten new backup codes; the old ones are void."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="codes")
        codes = [StaticToken.random_token() for _ in range(NUMBER_OF_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def verify(user: User, code: str) -> Device:
    """The device a code belongs to; it counts once. Raises ``DomainError`` when it fits none."""
    model = TOTPDevice if len(code) == DIGITS else StaticDevice
    device = model.objects.filter(user=user, confirmed=True).first()
    if device is None:
        raise DomainError("second_factor.wrong", WRONG, advice=NEXT_ONE, status=400)
    return _accepted(device, code)


def reset(users: list[User], actor: User, now: datetime, reason: str) -> int:
    """The phone is lost: each enrols anew at the next sign-in. Recorded; how many had one.

    Raises ``DomainError`` without a reason: who asks an administrator to let him in anew may be
    whoever has the password, so how he was known is written down.
    """
    if not reason.strip():
        said = "没有重置：重置二次验证要写明原因。"
        advice = "在“原因”里写明怎样核对了本人，例如“手机丢失，本人持工作证到场”。"
        raise DomainError("second_factor.reason", said, advice=advice, status=400)
    done = 0
    for user in users:
        with transaction.atomic():
            number, _ = TOTPDevice.objects.filter(user=user).delete()
            StaticDevice.objects.filter(user=user).delete()
            visits.end(visits.open_of(user), VisitEnd.OFFICE, now)
            interventions.record(InterventionKind.SECOND_FACTOR, actor, user, now, reason)
        done += bool(number)
    return done


def _accepted(device: Device, code: str) -> Device:
    """Locked while it is looked at, so that one code is not taken twice; wrong ones are counted."""
    with transaction.atomic():
        locked = type(device).objects.select_for_update().get(pk=device.pk)
        may, why_not = locked.verify_is_allowed()
        fits = may and locked.verify_token(code)
    if not may:
        until = why_not["locked_until"]
        said = f"验证码连续 {why_not['failure_count']} 次不对，要等一等。"
        advice = f"{timezone.localtime(until):%H:%M:%S} 后再试。"
        raise DomainError("second_factor.paused", said, advice=advice, status=429)
    if not fits:
        raise DomainError("second_factor.wrong", WRONG, advice=NEXT_ONE, status=400)
    return locked
