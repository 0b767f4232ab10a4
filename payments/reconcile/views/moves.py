"""One POST, one change of a file."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from payments.reconcile.doorbell import ring
from payments.reconcile.services import applying, uploads
from payments.reconcile.views.guard import APPLY, SEND, act, action, clerk


@action(APPLY)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview is right, as the page with the button showed it."""
    now, actor, seen = timezone.now(), clerk(request).pk, _seen(request)
    second = settings.RECONCILE_SECOND_PERSON
    done = "已确认。另一位同事复核后入账，已经发消息。" if second else "已确认，开始入账。"
    return act(request, lambda: applying.confirm(pk, actor_id=actor, now=now, seen=seen), done, pk)


@action(APPLY)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's yes."""
    now, actor, seen = timezone.now(), clerk(request).pk, _seen(request)
    done = "已复核，开始入账。"
    return act(request, lambda: applying.release(pk, actor_id=actor, now=now, seen=seen), done, pk)


@action(APPLY)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's no, or the first one's second thought."""
    now, actor, reason = timezone.now(), clerk(request).pk, request.POST.get("reason", "")
    done = "已退回到预览，没有入账。"
    return act(
        request, lambda: applying.send_back(pk, actor_id=actor, now=now, reason=reason), done, pk
    )


@action(APPLY)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an application; what is done stays done."""
    done = "已停下。做完的行保留，其余的可以再确认。"
    return act(request, lambda: applying.stop(pk), done, pk)


@action(SEND)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read and match once more: orders may have moved since."""
    return act(request, lambda: _read_again(pk), "正在重新比对。", pk)


@action(SEND)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a file aside that nothing was applied of."""
    now, actor = timezone.now(), clerk(request).pk
    uploads.discard(pk, actor_id=actor, now=now)
    messages.success(request, "文件已作废，账没有动。")
    return redirect("reconcile:home")


def _seen(request: HttpRequest) -> str:
    """The token of the preview on that page; without one nothing is confirmed."""
    return request.POST.get("seen", "")


def _read_again(pk: int) -> None:
    uploads.read_again(pk)
    ring(pk)
