"""Who gets what at every address outside admin. A new address without a row fails."""

import pytest
from pytest_django import Settings

from portal.tests import desk_addresses as desk
from portal.tests.addresses import ROLES, knock, routes
from portal.tests.people import W
from portal.tests.places import in_production, places_of_w

pytestmark = pytest.mark.usefixtures("college")

EVERYBODY = (200,) * 8
SIGNED_IN = (302, 200, 200, 200, 200, 200, 200, 200)
OWN = (302, 200, 404, 404, 404, 404, 404, 404)
BY_POST_ONLY = (405,) * 8
# What answers a GET; 302 for nobody is the way to sign in.
GET = {
    "": (302, 200, 200, 302, 302, 302, 302, 302),  # staff go on to admin
    "accounts/cas/": (404,) * 8,  # no campus portal here, see portal.accounts.tests.test_campus
    "accounts/login/": (200, 302, 302, 302, 302, 302, 302, 302),
    "accounts/logout/": BY_POST_ONLY,
    "accounts/me/": SIGNED_IN,
    "accounts/password/": SIGNED_IN,
    "accounts/second-factor/": (302, *(404,) * 7),  # not asked for here
    "accounts/second-factor/codes/": BY_POST_ONLY,
    "accounts/second-factor/enrol/": (302, *(404,) * 7),
    "accounts/visits/": SIGNED_IN,
    "accounts/visits/end/": BY_POST_ONLY,
    "credits/": (302, 200, 200, 302, 302, 302, 302, 302),  # staff go on to admin
    "credits/applications/": (302, 200, 200, 302, 302, 302, 302, 302),
    "credits/applications/<int:pk>/": OWN,
    "credits/applications/<int:pk>/delete/": BY_POST_ONLY,
    "credits/applications/<int:pk>/material/": BY_POST_ONLY,
    # his own college and the offices, for the review; nobody else
    "credits/attachments/<int:pk>/": (302, 200, 404, 200, 404, 200, 404, 200),
    "credits/attachments/<int:pk>/pages/<int:number>/": (302, 200, 404, 200, 404, 200, 404, 200),
    "credits/draft/": BY_POST_ONLY,
    "credits/feedback/": (200, 400, 400, 403, 403, 403, 403, 403),
    "credits/submit/": BY_POST_ONLY,
    "favicon.ico": (302,) * 8,
    "guidance/": SIGNED_IN,
    "guidance/calendar/<str:token>.ics": EVERYBODY,  # who knows the address
    "guidance/calendar/open/": BY_POST_ONLY,
    "guidance/calendar/revoke/": BY_POST_ONLY,
    "guidance/export/": SIGNED_IN,
    "guidance/offers/<int:pk>/": BY_POST_ONLY,
    "guidance/phone/<int:pk>/": BY_POST_ONLY,
    "healthz": EVERYBODY,
    "me/data/": SIGNED_IN,
    "me/data/<str:kind>/": (302, 200, 200, 404, 404, 404, 404, 404),  # the staff has no record
    "messages/": SIGNED_IN,
    "messages/<int:message_id>/open/": BY_POST_ONLY,
    "messages/mail/": BY_POST_ONLY,
    "messages/read/": BY_POST_ONLY,
    "metrics": (404,) * 8,  # without a token, see payments.tests.test_observe
    "payments/": (302, 200, 200, 302, 302, 302, 302, 302),  # staff go on to admin
    "payments/board/": EVERYBODY,  # nobody: told to load the page again, which asks to sign in
    "payments/callback/<slug:channel>": BY_POST_ONLY,
    "payments/lines/<int:line_id>/release/": BY_POST_ONLY,
    "payments/open/": BY_POST_ONLY,
    "payments/orders/": SIGNED_IN,
    "payments/orders/<order_number:number>/": OWN,
    "payments/orders/<order_number:number>/claim/": BY_POST_ONLY,
    "payments/orders/<order_number:number>/code/": (302, 302, *OWN[2:]),  # W's is paid by no code
    "payments/orders/<order_number:number>/pay/": BY_POST_ONLY,
    "payments/orders/<order_number:number>/result/": (200, *OWN[1:]),
    "payments/orders/<order_number:number>/retract/": BY_POST_ONLY,
    "payments/orders/<order_number:number>/return/": OWN,
    "payments/orders/<order_number:number>/scanned/": (200, *OWN[1:]),
    "readyz": EVERYBODY,
    "retake/": (302, 200, 200, 302, 302, 302, 302, 302),  # who has not read it: the notice
    "retake/enroll/": BY_POST_ONLY,
    "retake/enrollments/": SIGNED_IN,
    "retake/enrollments/<int:pk>/": OWN,
    "retake/enrollments/<int:pk>/withdraw/": OWN,
    "retake/enrollments/<int:pk>/withdrawal/": BY_POST_ONLY,
    "retake/notice/": SIGNED_IN,
    "retake/notice/read/": BY_POST_ONLY,
    "retake/rounds/": SIGNED_IN,
    "retake/veteran/": SIGNED_IN,
    "retake/veteran/claim/": BY_POST_ONLY,
    "retake/veteran/evidence/<int:pk>/": (302, 200, 404, 404, 404, 200, 404, 200),
    "today/": EVERYBODY,
    "transcripts/": SIGNED_IN,
    "transcripts/how/": (302, 200, 200, 404, 404, 404, 404, 404),
    "transcripts/issued/": SIGNED_IN,
    "transcripts/issued/<int:pk>/expiry/": BY_POST_ONLY,
    "transcripts/issued/<int:pk>/file/": (302, 200, 403, 200, 403, 200, 403, 200),
    "transcripts/issued/<int:pk>/revoke/": BY_POST_ONLY,
    "transcripts/pdf/": BY_POST_ONLY,
    "transcripts/preview/": (200, 200, 200, 404, 404, 404, 404, 404),
    "verify/": EVERYBODY,
    "verify/<path:code>/": EVERYBODY,
    "verify/certificate.pem": EVERYBODY,
    "verify/key.pem": EVERYBODY,
    "viewing/end/": BY_POST_ONLY,
    **desk.GET,
}
# What answers an empty POST to the addresses that take one.
POST = {
    "accounts/cas/": (404,) * 8,
    "accounts/login/": (400, 302, 302, 302, 302, 302, 302, 302),
    "accounts/logout/": (302,) * 8,
    "accounts/password/": (302, 400, 400, 400, 400, 400, 400, 400),
    "accounts/second-factor/": (302, *(404,) * 7),
    "accounts/second-factor/codes/": (302, *(404,) * 7),
    "accounts/second-factor/enrol/": (302, *(404,) * 7),
    "accounts/visits/end/": (302,) * 8,
    "credits/applications/<int:pk>/delete/": (302, 302, 404, 404, 404, 404, 404, 404),
    "credits/applications/<int:pk>/material/": (302, 302, 404, 404, 404, 404, 404, 404),
    "credits/draft/": (302, 400, 400, 400, 400, 400, 400, 400),
    "credits/submit/": (302, 400, 400, 400, 400, 400, 400, 400),
    "guidance/calendar/open/": (302, 302, 302, 403, 403, 403, 403, 403),
    "guidance/calendar/revoke/": (302, 302, 302, 403, 403, 403, 403, 403),
    "guidance/export/": (302, 405, 405, 400, 400, 400, 400, 400),  # the staff says what for
    "guidance/offers/<int:pk>/": (302, 400, 400, 400, 400, 400, 400, 400),
    "guidance/phone/<int:pk>/": (302, 404, 404, 404, 404, 404, 404, 404),
    "messages/<int:message_id>/open/": (302, 302, 404, 404, 404, 404, 404, 404),
    "messages/mail/": (302,) * 8,
    "messages/read/": (302,) * 8,
    "payments/callback/<slug:channel>": (400,) * 8,  # no seal
    "payments/lines/<int:line_id>/release/": (302, 409, 404, 404, 404, 404, 404, 404),
    "payments/open/": (302, 409, 409, 409, 409, 409, 409, 409),
    "payments/orders/<order_number:number>/claim/": (302, 302, 404, 404, 404, 404, 404, 404),
    "payments/orders/<order_number:number>/pay/": (302, 409, 404, 404, 404, 404, 404, 404),
    "payments/orders/<order_number:number>/retract/": (302, 302, 404, 404, 404, 404, 404, 404),
    "retake/enroll/": (302, 400, 400, 400, 400, 400, 400, 400),
    "retake/enrollments/<int:pk>/withdrawal/": (302, 302, 404, 403, 403, 403, 403, 403),
    "retake/notice/read/": (302, 400, 400, 400, 400, 400, 400, 400),
    "retake/veteran/claim/": (302, 400, 400, 400, 400, 400, 400, 400),
    "transcripts/issued/<int:pk>/expiry/": (302, 302, 403, 403, 403, 403, 403, 403),
    "transcripts/issued/<int:pk>/revoke/": (302, 302, 403, 403, 403, 403, 403, 403),
    "transcripts/pdf/": (302, 302, 302, 404, 404, 404, 404, 404),
    "verify/<path:code>/": (400,) * 8,  # no file
    "viewing/end/": (302,) * 8,  # nobody is looked at: back to one's own page
    **desk.POST,
}


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    in_production(settings)


@pytest.fixture
def paths() -> dict[str, str]:
    return places_of_w()


def test_every_address_has_a_row() -> None:
    assert sorted(GET) == sorted(route for route in routes() if not route.startswith("admin/"))


@pytest.mark.parametrize("column", range(len(ROLES)), ids=lambda column: ROLES[column] or "nobody")
def test_get(column: int, paths: dict[str, str]) -> None:
    found = knock("get", ROLES[column], {route: paths[route] for route in GET})
    assert found == {route: row[column] for route, row in GET.items()}


@pytest.mark.parametrize("column", range(len(ROLES)), ids=lambda column: ROLES[column] or "nobody")
def test_post(column: int, paths: dict[str, str]) -> None:
    found = knock("post", ROLES[column], {route: paths[route] for route in POST})
    assert found == {route: row[column] for route, row in POST.items()}


def test_other_addresses_take_no_post(paths: dict[str, str]) -> None:
    others = {route: paths[route] for route in GET if route not in POST}
    assert set(knock("post", W, others).values()) == {405}
