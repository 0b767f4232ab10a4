"""流程跟踪 and the messages that go with it."""

from datetime import datetime

from credits.models import Application, ApplicationEvent
from credits.rules import Finding
from credits.rules.frozen import findings_to_json
from credits.states import EventKind
from portal.inbox.services import Note, send


def record(
    row: Application,
    kind: EventKind,
    *,
    actor_id: int | None,
    now: datetime,
    reason: str = "",
    findings: tuple[Finding, ...] = (),
) -> ApplicationEvent:
    """One line of the trace; no actor means the portal itself."""
    return ApplicationEvent.objects.create(
        application=row,
        kind=kind.value,
        actor_id=actor_id,
        reason=reason,
        findings=findings_to_json(findings),
        happened_at=now,
    )


def tell(row: Application, event: ApplicationEvent, title: str, body: str) -> None:
    """Tell the student of one step, once."""
    if row.student.user_id is None:
        return
    link = f"/credits/applications/{row.pk}/"
    note = Note(row.student.user_id, f"credits:{event.pk}", title, body, link)
    send([note], event.happened_at)
