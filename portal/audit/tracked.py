"""Which tables have a history, and why the others need none. A new model has one by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import pgtrigger
from django.apps import apps
from django.db.models import Model
from django.db.models.options import Options

# Their own history is that nothing in them changes.
_FACTS = pgtrigger.Update | pgtrigger.Delete

# label -> why its changes are not written down
EXEMPT = {
    "admin.logentry": "Django's own log of admin, written once",
    "auth.permission": "written by migrations from the models",
    "contenttypes.contenttype": "written by migrations from the models",
    "sessions.session": "comes and goes with every sign-in; ends by its own date",
    "axes.accessattempt": "a counter of wrong passwords, ends by its own date",
    "axes.accessattemptexpiration": "a counter of wrong passwords, ends by its own date",
    "axes.accessfailurelog": "who was refused at sign-in: a log, written once",
    "axes.accesslog": "a log, written once",
    "inbox.message": "written once; only whether it was read and handed out changes",
    "inbox.letter": "its states and their times are its own columns, held by triggers",
    "inbox.enclosure": "written once with its letter",
    "jobs.jobitem": "a list of work; what a job changes is in the history of the rows it changes",
    "reconcile.uploadrow": "a row of a file, held by triggers; what became of it is RowOutcome",
    "credits.replaydifference": "worked out again at every replay",
}
# Leases, counters and clocks of background jobs: a row that differs in nothing else did not change.
UNTOLD = {
    "accounts.user": ("last_login",),
    "otp_totp.totpdevice": (
        "last_t",
        "drift",
        "last_used_at",
        "throttling_failure_count",
        "throttling_failure_timestamp",
    ),
    "otp_static.staticdevice": (
        "last_used_at",
        "throttling_failure_count",
        "throttling_failure_timestamp",
    ),
    "jobs.job": ("seen_at", "finishing_until"),
    "payments.order": ("checked_at", "check_count", "next_check_at"),
    "payments.orderline": ("announced_at",),
    "payments.resolution": ("next_check_at", "check_count"),
    "reconcile.upload": ("leased_until", "read_rows"),
    "retake.sheetupload": ("data",),  # the file itself
}
# That they changed is told, never from what to what. By name, so that nobody forgets a new one.
VEILED = (
    "password", "phone", "email", "address", "roll_number", "token", "secret", "key", "seed",
    "session_key", "ticket", "pay_url", "payer_name", "payer_number",
)  # fmt: skip
# But from where somebody signed in has to be known for half a year (等保: 安全审计).
UNVEILED = {"accounts.visit": ("address",)}
# Few rows, and that one came into being says who may do what, when and at what price.
TOLD_FROM_BIRTH = (
    "accounts.college",
    "accounts.contact",
    "accounts.user",
    "accounts.visit",  # every sign-in
    "auth.group",
    "auth.group_permissions",
    "calendar.workcalendarday",
    "credits.namedcourse",
    "credits.pricerule",
    "credits.ruleset",
    "records.gradepolicy",
    "records.veteranstatus",
    "retake.round",
)


@dataclass(frozen=True)
class Tracked:
    """A table with a history."""

    label: str
    table: str
    untold: tuple[str, ...]
    veiled: tuple[str, ...]
    from_birth: bool


def options(model: type[Model]) -> "Options[Model]":
    """What Django knows of a model."""
    return model._meta  # noqa: SLF001 -- Django's documented Options API


def tables() -> Iterator[type[Model]]:
    """Every model with a table of its own, those behind many-to-many fields too."""
    for model in apps.get_models(include_auto_created=True):
        if options(model).managed and not options(model).proxy:
            yield model


def is_append_only(model: type[Model]) -> bool:
    """The database refuses every change, and every deletion or that of what is young."""
    refused = {
        str(one.operation)
        for one in getattr(options(model), "triggers", [])
        if type(one) is pgtrigger.Protect  # ReadOnly, made of it, leaves some columns free
        and (not one.condition or str(one.operation) == str(pgtrigger.Delete))
    }
    return str(_FACTS) in refused or {str(pgtrigger.Update), str(pgtrigger.Delete)} <= refused


def tracked() -> list[Tracked]:
    """The tables whose changes are written down."""
    return [
        Tracked(
            label=label,
            table=options(model).db_table,
            untold=UNTOLD.get(label, ()),
            veiled=tuple(one for one in VEILED if one not in UNVEILED.get(label, ())),
            from_birth=label in TOLD_FROM_BIRTH,
        )
        for model in tables()
        if (label := options(model).label_lower) not in EXEMPT and not is_append_only(model)
    ]
