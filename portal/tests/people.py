"""What the people of the demo college have done before a test begins."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from django.test import Client
from django.utils import timezone

from credits.attachments import Cleaned
from credits.models import Application
from credits.selectors.choosing import choosing
from credits.services.filing import submit
from credits.services.writing import Filing
from credits.tests.factories import shot
from payments.models import Charge, Order
from payments.services.orders import open_order
from portal.accounts.models import User
from retake.models import Enrollment, Round
from retake.selectors import choice, opened_for
from retake.services.acknowledge import acknowledge
from retake.services.enroll import enroll
from retake.states import RoundState

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

Answer: TypeAlias = "_MonkeyPatchedWSGIResponse"

# Student W of the manual, the veteran, a case for every rule, and one more without a cap.
W, VETERAN, RULES, OTHER = "20220101", "20220102", "20220103", "20220104"


def user(username: str) -> User:
    """An account of the demo."""
    return User.objects.get(username=username)


def browser_of(username: str) -> Client:
    """A signed-in test client."""
    client = Client()
    client.force_login(user(username))
    return client


def the_round() -> Round:
    """The round that is open."""
    return Round.objects.get(state=RoundState.PUBLISHED)


def read_notice(username: str) -> None:
    """Press 已阅读."""
    opened, now = the_round(), timezone.now()
    version = opened.notice_version
    acknowledge(user_id=user(username).pk, round_id=opened.pk, version=version, now=now)


def eligible(username: str) -> list[int]:
    """Ids of the courses the choice page offers, in its order."""
    now, who = timezone.now(), user(username).pk
    opened = opened_for(who, now)
    assert opened is not None
    return [pick.course_id for pick in choice(who, opened, now).picks]


def enrolled(username: str, number: int) -> list[Charge]:
    """Read the notice, enrol in the first courses offered; their charges."""
    read_notice(username)
    courses = eligible(username)[:number]
    assert len(courses) == number
    rows = enroll(
        user_id=user(username).pk,
        course_ids=courses,
        round_id=the_round().pk,
        now=timezone.now(),
    )
    return charges_of(rows)


def applied(username: str, *files: Cleaned) -> Application:
    """Apply for the first course the exchange page offers, with the credits it proposes."""
    who, now = user(username).pk, timezone.now()
    chosen = choosing(who, now).chosen
    assert chosen is not None
    filing = Filing(
        target_id=chosen.offer.course.course_id,
        keys=tuple(chosen.picked),
        files=files or (shot(),),
        accepts_shortfall=True,
        accepts_retake=True,
    )
    return submit(user_id=who, filing=filing, now=now)


def charges_of(rows: Sequence[Enrollment]) -> list[Charge]:
    """The charges of enrolments, in their order."""
    found = Charge.objects.filter(purpose="retake", reference__in=[row.reference for row in rows])
    known = {charge.reference: charge for charge in found}
    return [known[row.reference] for row in rows]


def ordered(charges: Sequence[Charge]) -> Order:
    """Open an order over charges of one payer, without going to the cashier."""
    return open_order(
        payer_id=charges[0].payer_id,
        charge_ids=[charge.pk for charge in charges],
        channel="finance",
        now=timezone.now(),
    )
