"""Every table has a history, or is one, or has a reason for none."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from portal.audit.tracked import (
    EXEMPT,
    TOLD_FROM_BIRTH,
    UNTOLD,
    UNVEILED,
    VEILED,
    is_append_only,
    tables,
    tracked,
)

ROOMS = ("portal", "payments", "retake", "credits", "transcripts")
TRACKED = {one.label: one for one in tracked()}
FACTS = {model._meta.label_lower for model in tables() if is_append_only(model)}


def columns(model: type[Model]) -> set[str]:
    return {field.column for field in model._meta.concrete_fields}


def test_every_table_is_tracked_append_only_or_exempt_for_a_reason() -> None:
    everything = [model._meta.label_lower for model in tables()]
    assert sorted([*TRACKED, *FACTS, *EXEMPT]) == sorted(everything)
    assert all(len(reason) > 10 for reason in EXEMPT.values())


def test_what_matters_most_is_tracked() -> None:
    assert {
        "accounts.user", "auth.group_permissions", "records.student", "records.veteranstatus",
        "retake.round", "retake.enrollment", "retake.teachinggroup", "retake.assignment",
        "payments.charge", "payments.order", "payments.orderline", "payments.resolution",
        "credits.application", "credits.ruleset", "credits.pricerule",
        "transcripts.issuedtranscript", "reconcile.upload", "calendar.workcalendarday",
    } <= set(TRACKED)  # fmt: skip
    assert {"payments.receipt", "records.gradeattempt", "records.creditposting"} <= FACTS


def test_the_lists_name_what_there_is() -> None:
    assert set(UNTOLD) | set(TOLD_FROM_BIRTH) <= set(TRACKED)
    for label, names in (UNTOLD | UNVEILED).items():
        assert set(names) <= columns(apps.get_model(label))


def test_every_field_of_ours_has_a_name_for_the_reader() -> None:
    ours = [one for one in tables() if one.__module__.split(".")[0] in ROOMS]
    unnamed = [
        str(field)
        for model in ours
        for field in model._meta.fields
        if not field.primary_key and not re.search("[一-鿿]|[A-Z]{3}", str(field.verbose_name))
    ]
    assert (unnamed, len(ours) > 50) == ([], True)


def test_rows_are_known_by_their_number() -> None:
    keys = {model._meta.label_lower: model._meta.pk.column for model in tables()}
    assert {keys[label] for label in TRACKED} == {"id"}


def test_nothing_personal_goes_into_history_by_another_name() -> None:
    words = ("phone", "mail", "password", "token", "secret", "address", "session", "ticket")
    found = {
        column
        for model in tables()
        if model._meta.label_lower in TRACKED
        for column in columns(model)
        if any(word in column for word in words)
    }
    assert found <= set(VEILED)


@pytest.mark.django_db
def test_the_triggers_are_on_these_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, array_agg(tgname ORDER BY tgname)::text[]"
            " FROM pg_trigger WHERE starts_with(tgname, 'audit_') GROUP BY 1"
        )
        found = dict(cursor.fetchall())
    usual = {"audit_delete", "audit_number", "audit_update"}
    assert found == {
        one.table: sorted(usual | {"audit_insert"} if one.from_birth else usual)
        for one in TRACKED.values()
    }
