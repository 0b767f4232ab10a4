"""An address of something of W's for every route of the portal, in a portal that is no demo."""

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.files.base import ContentFile
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from credits.tests.factories import paper
from payments.models import OrderLine
from portal.inbox.models import Message
from portal.records.models import Student, VeteranStatus
from portal.records.services.veterans import claim_veteran
from portal.tests import desk_addresses as desk
from portal.tests.addresses import routes
from portal.tests.people import OTHER, W, applied, enrolled, ordered, user
from retake.guidance.feeds import open_feed
from retake.models import Enrollment
from transcripts import keys
from transcripts.models import IssuedTranscript
from transcripts.options import Options
from transcripts.services.issue import issue, snapshots


def in_production(settings: Settings) -> None:
    """Nothing is open just because it is a demo; the college has keys of its own."""
    seal, digest = keys.seal(), keys.digest_key()
    settings.TRANSCRIPT_CERTIFICATE = seal.certificate.decode()
    settings.TRANSCRIPT_KEY = seal.key.decode()
    settings.TRANSCRIPT_DIGEST_KEY = digest.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    settings.DEMO = False


def places_of_w() -> dict[str, str]:
    """Route -> address of something of W's."""
    order = ordered(enrolled(W, 2)[:1])
    enrolled(OTHER, 1)
    now = timezone.now()
    message = Message.objects.create(user=user(W), key="k", title="你好", sent_at=now)
    claim, transcript = claim_of_w(), transcript_of_w()
    places = {
        "<int:message_id>": message.pk,
        "<slug:channel>": "finance",
        "<int:line_id>": OrderLine.objects.get().pk,
        "<order_number:number>": order.number,
        "<path:code>": transcript.code,
        "<slug:code>": "settle",
        "<iso_day:on>": desk.yesterday(),
        "<str:kind>": "json",
        "<int:number>": "1",
        "<str:token>": open_feed(user_id=user(W).pk, now=now).token,
    }
    with override_settings(DEMO=True):  # outside the demo nothing is for sale unconfirmed
        application = applied(W, paper())
    attachment = application.attachments.get()
    unpaid = Enrollment.objects.filter(student__number=W).order_by("pk")[1]
    filled = {}
    rows = {
        "evidence": claim,
        "transcripts": transcript,
        "credits/attachments": attachment,
        "credits/applications": application,
    }
    for route in routes():
        row = next((one for part, one in rows.items() if part in route), unpaid)
        key = desk.row_for(route) if route.startswith("reconcile/") else row.pk
        path = route.replace("<int:pk>", str(key))
        for name, value in places.items():
            path = path.replace(name, str(value))
        filled[route] = f"/{path}"
    return filled


def transcript_of_w() -> IssuedTranscript:
    now, student = timezone.now(), Student.objects.get(number=W)
    return issue(
        student_id=student.pk,
        frozen_now=snapshots([student.pk], now)[student.pk],
        options=Options(),
        actor_id=user(W).pk,
        now=now,
    )


def claim_of_w() -> VeteranStatus:
    now = timezone.now()
    return claim_veteran(
        user_id=user(W).pk,
        valid_from=timezone.localdate(now),
        basis="军退字第 1 号",
        evidence=ContentFile(b"%PDF-1.7", name="proof.pdf"),
        now=now,
    )
