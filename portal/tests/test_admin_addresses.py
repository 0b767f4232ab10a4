"""Who gets what at every address of admin. A new address without a row fails.

Signed out and students are always sent to sign in. Objects are asked for that do not exist: who
may see such a row is sent back to the list (302), who may not gets 403. Rows that exist but belong
to another college: ``test_college_scopes``.
"""

from dataclasses import dataclass

import pytest

from portal.tests.addresses import ROLES, knock, routes
from portal.tests.people import OTHER, W

pytestmark = pytest.mark.usefixtures("college")

STAFF = ROLES[3:]
EVERY = frozenset(STAFF)
NONE: frozenset[str] = frozenset()
ADMIN = frozenset({"admin"})
OFFICE = frozenset({"teaching", "admin"})
COLLEGES = frozenset({"reviewer", "reviewer2"}) | OFFICE
MONEY = frozenset({"finance", "admin"})
BOTH = OFFICE | MONEY


@dataclass(frozen=True)
class Rights:
    """Who may see, add and delete rows; ``load``: import, export and the template."""

    view: frozenset[str]
    add: frozenset[str] = NONE
    delete: frozenset[str] = NONE
    load: frozenset[str] | None = None


OF_THE_OFFICE = Rights(view=OFFICE, add=OFFICE, delete=ADMIN, load=OFFICE)
RECORD = Rights(view=COLLEGES, add=OFFICE, delete=ADMIN, load=OFFICE)
RECORD_PART = Rights(view=COLLEGES, add=OFFICE, delete=OFFICE, load=OFFICE)
FACTS_OF_MONEY = Rights(view=MONEY)
MODELS = {
    "accounts/college": OF_THE_OFFICE,
    "accounts/contact": OF_THE_OFFICE,
    "accounts/intervention": Rights(view=ADMIN),
    "accounts/refusedsignin": Rights(view=ADMIN),
    "accounts/user": Rights(view=ADMIN, add=ADMIN, delete=ADMIN),
    "audit/change": Rights(view=ADMIN),
    "audit/opening": Rights(view=ADMIN),
    "auth/group": Rights(view=ADMIN),
    "calendar/workcalendarday": Rights(view=OFFICE, add=OFFICE, delete=OFFICE, load=OFFICE),
    "credits/application": Rights(view=COLLEGES),
    "credits/ruleset": Rights(view=COLLEGES, add=OFFICE, delete=OFFICE),
    "inbox/letter": Rights(view=OFFICE),
    "inbox/message": Rights(view=OFFICE),
    "payments/charge": Rights(view=BOTH),
    "payments/conflict": FACTS_OF_MONEY,
    "payments/fiscalreceipt": FACTS_OF_MONEY,
    "payments/gatewaymessage": FACTS_OF_MONEY,
    "payments/manualentry": FACTS_OF_MONEY,
    "payments/order": Rights(view=BOTH),
    "payments/receipt": Rights(view=BOTH),
    "payments/resolution": FACTS_OF_MONEY,
    "payments/strayrefund": FACTS_OF_MONEY,
    "payments/surplus": Rights(view=BOTH),
    "reconcile/dayclose": FACTS_OF_MONEY,
    "reconcile/handling": FACTS_OF_MONEY,
    "reconcile/headermapping": FACTS_OF_MONEY,
    "reconcile/upload": FACTS_OF_MONEY,
    "reconcile/uploadrow": FACTS_OF_MONEY,
    "records/academicterm": RECORD,
    "records/adminclass": RECORD,
    "records/course": RECORD,
    "records/courseequivalence": RECORD,
    "records/creditposting": Rights(view=COLLEGES),  # append-only
    "records/gradeattempt": Rights(view=COLLEGES, load=OFFICE),  # append-only
    "records/gradepolicy": RECORD,
    "records/levelexamscore": RECORD,
    "records/major": RECORD,
    "records/makeupsitting": RECORD,
    "records/othercredit": RECORD,
    "records/plancourse": RECORD_PART,
    "records/planrequirement": RECORD_PART,
    "records/programmeplan": RECORD,
    "records/standingchange": RECORD,
    "records/student": Rights(view=EVERY, add=OFFICE, delete=ADMIN, load=OFFICE),
    "records/studentcourse": RECORD,
    "records/teacher": RECORD,
    "records/teachingclass": RECORD,
    "records/teachingslot": RECORD_PART,
    "records/veteranstatus": RECORD,
    "retake/enrollment": Rights(view=EVERY),
    "retake/round": Rights(view=EVERY, add=OFFICE, delete=OFFICE),
    "retake/ruleset": Rights(view=OFFICE, add=OFFICE),
    "retake/teachinggroup": Rights(view=COLLEGES, add=COLLEGES),
    "retake/veteranclaim": Rights(view=OFFICE),
    "jobs/job": Rights(view=COLLEGES),
    "transcripts/issuedtranscript": Rights(view=COLLEGES),
}
CASE_THAT_IS_NOT_THERE = {role: 404 if role in MONEY else 403 for role in STAFF}
GROUP_THAT_IS_NOT_THERE = {role: 404 if role in COLLEGES else 403 for role in STAFF}
ROUND_THAT_IS_NOT_THERE = {role: 404 if role in OFFICE else 403 for role in STAFF}
ARRANGING = {role: 200 if role in COLLEGES else 403 for role in STAFF}
SINGLE = {
    "": dict.fromkeys(STAFF, 200),
    "(?P<url>.*)$": dict.fromkeys(STAFF, 404),
    "jsi18n/": dict.fromkeys(STAFF, 200),
    "login/": dict.fromkeys(STAFF, 302),
    "logout/": dict.fromkeys(STAFF, 405),
    "password_change/": dict.fromkeys(STAFF, 302),  # to the portal's own
    "password_change/done/": dict.fromkeys(STAFF, 200),
    "autocomplete/": dict.fromkeys(STAFF, 403),  # without naming a field
    "r/<path:content_type_id>/<path:object_id>/": dict.fromkeys(STAFF, 404),
    "accounts/user/<id>/password/": dict.fromkeys(STAFF, 403) | {"admin": 404},
    "credits/application/bulk/": dict.fromkeys(STAFF, 405),
    "credits/application/<int:pk>/decide/": dict.fromkeys(STAFF, 405),
    "credits/application/<int:pk>/revoke/": dict.fromkeys(STAFF, 405),
    "credits/ruleset/<int:pk>/copy/": dict.fromkeys(STAFF, 405),
    "credits/ruleset/<int:pk>/publish/": {role: 404 if role in OFFICE else 403 for role in STAFF},
    "credits/ruleset/<int:pk>/replay/": {role: 404 if role in OFFICE else 403 for role in STAFF},
    "credits/ruleset/<int:pk>/replay/start/": dict.fromkeys(STAFF, 405),
    "payments/conflict/<int:pk>/close/": CASE_THAT_IS_NOT_THERE,
    "payments/fiscalreceipt/import/": {role: 200 if role in MONEY else 403 for role in STAFF},
    "payments/fiscalreceipt/template/": {role: 200 if role in MONEY else 403 for role in STAFF},
    "payments/manualentry/enter/": {role: 200 if role in MONEY else 403 for role in STAFF},
    "payments/manualentry/<int:pk>/cancel/": CASE_THAT_IS_NOT_THERE,
    "payments/manualentry/<int:pk>/release/": CASE_THAT_IS_NOT_THERE,
    "payments/order/<int:pk>/close-claim/": CASE_THAT_IS_NOT_THERE,
    "payments/resolution/<int:pk>/cancel/": CASE_THAT_IS_NOT_THERE,
    "payments/resolution/<int:pk>/confirm/": CASE_THAT_IS_NOT_THERE,
    "payments/resolution/<int:pk>/release/": CASE_THAT_IS_NOT_THERE,
    "payments/strayrefund/<int:pk>/close/": CASE_THAT_IS_NOT_THERE,
    "payments/surplus/overview/": {role: 200 if role in BOTH else 403 for role in STAFF},
    "payments/surplus/<int:pk>/claim/": dict.fromkeys(STAFF, 405),
    "payments/surplus/<int:pk>/file/": CASE_THAT_IS_NOT_THERE,
    "payments/surplus/<int:pk>/hand-back/": dict.fromkeys(STAFF, 405),
    "records/student/<int:pk>/contact/": GROUP_THAT_IS_NOT_THERE,
    "records/student/<int:pk>/view-as/": GROUP_THAT_IS_NOT_THERE,
    "records/teacher/<int:pk>/contact/": GROUP_THAT_IS_NOT_THERE,
    "retake/enrollment/override/": {role: 200 if role in OFFICE else 403 for role in STAFF},
    "retake/enrollment/<int:pk>/cancel/": dict.fromkeys(STAFF, 405),
    "retake/round/copy/": dict.fromkeys(STAFF, 405),
    "retake/round/<int:pk>/archive/": dict.fromkeys(STAFF, 405),
    "retake/round/<int:pk>/publish/": dict.fromkeys(STAFF, 405),
    "retake/round/<int:pk>/board/": dict.fromkeys(STAFF, 404),
    "retake/round/<int:pk>/rehearsal/": ROUND_THAT_IS_NOT_THERE,
    "retake/round/<int:pk>/rehearsal/file/": ROUND_THAT_IS_NOT_THERE,
    "retake/round/<int:pk>/rehearsal/start/": dict.fromkeys(STAFF, 405),
    "retake/round/<int:pk>/verification/": dict.fromkeys(STAFF, 404),
    "retake/round/<int:pk>/verify/": dict.fromkeys(STAFF, 405),
    "retake/round/late/<int:pk>/reinstate/": dict.fromkeys(STAFF, 405),
    "retake/round/late/<int:pk>/return/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/overview/": ARRANGING,
    "retake/teachinggroup/template/": ARRANGING,
    "retake/teachinggroup/upload/": ARRANGING,
    "retake/teachinggroup/results/": ARRANGING,
    "retake/teachinggroup/rule/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/promise/<int:pk>/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/upload/<int:pk>/": GROUP_THAT_IS_NOT_THERE,
    "retake/teachinggroup/upload/<int:pk>/apply/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/<int:pk>/result-sheet/": GROUP_THAT_IS_NOT_THERE,
    "retake/teachinggroup/<int:pk>/students/": GROUP_THAT_IS_NOT_THERE,
    "retake/teachinggroup/<int:pk>/assign/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/<int:pk>/unassign/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/<int:pk>/dissolve/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/<int:pk>/not-open/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/<int:pk>/slot/": dict.fromkeys(STAFF, 405),
    "retake/teachinggroup/<int:pk>/slot/undo/": dict.fromkeys(STAFF, 405),
    "retake/veteranclaim/<int:pk>/decide/": dict.fromkeys(STAFF, 405),
    "jobs/job/<int:pk>/cancel/": dict.fromkeys(STAFF, 405),
    "jobs/job/<int:pk>/resume/": dict.fromkeys(STAFF, 405),
    "jobs/job/<int:pk>/files/<str:name>/": {
        role: 404 if role in COLLEGES else 403 for role in STAFF
    },
    "transcripts/issuedtranscript/batch/": {
        role: 200 if role in COLLEGES else 403 for role in STAFF
    },
    "transcripts/issuedtranscript/<int:pk>/revoke/": dict.fromkeys(STAFF, 405),
}


def rows_of(model: str, rights: Rights) -> dict[str, dict[str, int]]:
    """Route -> role -> status, of the addresses every model of admin has."""
    found = {
        "": _who(rights.view, 200),
        "add/": _who(rights.add, 200),
        "<path:object_id>/": dict.fromkeys(STAFF, 302),
        "<path:object_id>/change/": _who(rights.view, 302),
        "<path:object_id>/delete/": _who(rights.delete, 302),
        "<path:object_id>/history/": dict.fromkeys(STAFF, 302),
    }
    if rights.load is not None:
        loading = _who(rights.load, 200)
        found |= {"import/": loading, "export/": loading, "template/": loading}
        found["process_import/"] = dict.fromkeys(STAFF, 405)
    return {f"{model}/{tail}": row for tail, row in found.items()}


def _who(may: frozenset[str], status: int) -> dict[str, int]:
    return {role: status if role in may else 403 for role in STAFF}


# The list of an app is seen by who sees one of its models.
APPS = (
    r"^(?P<app_label>accounts|auth|audit|calendar|inbox|jobs|records|payments|reconcile|retake|credits|transcripts)"
    r"/$"
)
TABLE = SINGLE | {
    route: row for model, rights in MODELS.items() for route, row in rows_of(model, rights).items()
}


def paths() -> dict[str, str]:
    """Route below admin -> an address of it."""
    return {
        route: "/admin/"
        + route.replace("(?P<url>.*)$", "nowhere/")
        .replace("<path:content_type_id>", "999999")
        .replace("<path:object_id>", "999999")
        .replace("<int:pk>", "999999")
        .replace("<str:name>", "nothing")
        .replace("<id>", "999999")
        for route in TABLE
    }


def test_every_address_has_a_row() -> None:
    admin = [route.removeprefix("admin/") for route in routes() if route.startswith("admin/")]
    assert sorted([*TABLE, APPS]) == sorted(set(admin))


@pytest.mark.parametrize("role", STAFF)
def test_staff(role: str) -> None:
    assert knock("get", role, paths()) == {route: row[role] for route, row in TABLE.items()}


@pytest.mark.parametrize("role", ["", W, OTHER], ids=["nobody", "student", "other student"])
def test_everybody_else_is_sent_to_sign_in(role: str) -> None:
    found = knock("get", role, paths())
    login = {"login/": 403 if role else 302}  # in, but no staff: a sentence and the way home
    assert found == dict.fromkeys(TABLE, 302) | login
