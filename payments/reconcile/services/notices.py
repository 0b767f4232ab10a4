"""What colleagues of the finance office tell each other about a file, by way of the portal.

Every note has a key, so that it is sent once; a file that is confirmed again is told of again.
"""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from payments.reconcile.models import Upload
from payments.reconcile.seen import sums
from payments.reconcile.wording import who
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.inbox.services import Note


def to_release(upload: Upload) -> Iterator[Note]:
    """To everybody of finance but who confirmed it: somebody must release it."""
    for clerk_id in _clerks().exclude(pk=upload.confirmed_by_id or 0):
        yield _note(
            upload, clerk_id, "release", f"等你复核：{upload.name}",
            f"{who(upload.confirmed_by)}已确认：{sums(upload.groups)}。复核通过后才入账。",
        )  # fmt: skip


def to_look_at(upload: Upload, questions: Sequence[str]) -> Iterator[Note]:
    """To everybody of finance: a statement that the portal fetched was not applied by itself."""
    body = f"系统取回的账单没有自动入账：{'；'.join(questions).rstrip('。')}。"
    for clerk_id in _clerks():
        yield _note(upload, clerk_id, "fetched", f"等你核对：{upload.name}", body)


def released(upload: Upload, by: User) -> Iterator[Note]:
    """To who uploaded and who confirmed it: it is being applied."""
    for user_id in _senders(upload, by):
        title = f"已复核，开始入账：{upload.name}"
        yield _note(upload, user_id, "released", title, f"{by.name}复核通过。")


def sent_back(upload: Upload, by: User, reason: str) -> Iterator[Note]:
    """To the same: the second person did not release it, or the books had moved."""
    for user_id in _senders(upload, by):
        why = f"：{reason.rstrip('。')}" if reason else "，没有写原因"
        body = f"{by.name}没有放行{why}。"
        title = f"退回预览，没有入账：{upload.name}"
        yield _note(upload, user_id, "back", title, f"{body}核对后再确认一次。")


def applied(upload: Upload) -> Iterator[Note]:
    """To the same: the application that went on in the background is over."""
    for user_id in _senders(upload, None):
        title = f"入账完成：{upload.name}"
        body = f"{sums(upload.outcomes, done=True)}。结果表可以下载了。"
        yield _note(upload, user_id, "applied", title, body)


def _clerks() -> QuerySet[User, int]:
    clerks = User.objects.filter(role=Role.FINANCE, is_active=True)
    return clerks.values_list("pk", flat=True)


def _senders(upload: Upload, by: User | None) -> list[int]:
    """Who uploaded and who confirmed it, each once, without whoever did this himself."""
    found = dict.fromkeys((upload.uploaded_by_id, upload.confirmed_by_id))
    return [one for one in found if one is not None and (by is None or one != by.pk)]


def _note(upload: Upload, user_id: int, what: str, title: str, body: str) -> Note:
    turn = upload.confirmed_at.timestamp() if upload.confirmed_at else 0
    key = f"reconcile-{what}:{upload.pk}:{turn:.0f}"
    return Note(user_id, key, title, body, link=f"/reconcile/files/{upload.pk}/")
