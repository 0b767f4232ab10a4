"""Signing in, and the workbooks of 重修指导查询."""

import io

import openpyxl
from django.test import Client

from portal.accounts.models import User


def browser(user: User | None) -> Client:
    client = Client()
    assert user is not None
    client.force_login(user)
    return client


def workbook(client: Client, query: str = "") -> list[tuple[object, ...]]:
    answer = client.post(f"/guidance/export/{query}", {"reason": "contact"})
    if answer.status_code == 405:  # a student is not asked what for
        answer = client.get(f"/guidance/export/{query}")
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(io.BytesIO(data))
    return list(book.active.values)  # type: ignore[union-attr]
