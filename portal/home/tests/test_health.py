"""Probes: alive needs nothing, ready names what is missing."""

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings


def test_alive_asks_no_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_ready_when_both_answer(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"missing": []})


@pytest.mark.django_db
def test_missing_broker_is_named(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"missing": ["broker"]})


@pytest.mark.django_db(transaction=True)
def test_missing_database_is_named(client: Client) -> None:
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "1"
    try:
        answer = client.get("/readyz")
    finally:
        connection.settings_dict["PORT"] = port
        connection.close()
    assert (answer.status_code, answer.json()) == (503, {"missing": ["database"]})
