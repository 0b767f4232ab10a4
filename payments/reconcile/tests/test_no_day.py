"""A statement without rows that somebody sends: of which day it is nobody knows, and it is said."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files import File
from django.test import Client
from django.urls import reverse

from payments.reconcile.models import Upload
from payments.reconcile.selectors import moves
from payments.reconcile.services import uploads
from payments.reconcile.services.reading import read_upload
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import apply, content
from payments.reconcile.tests.test_days import DAY, LATER
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
SAID = "不算任何一天的账单"


@pytest.fixture
def rowless(clerk: User) -> Upload:
    """As the platform's page gives it for a day without payments."""
    body = content(["合计,,,,,0.00,"])
    upload = uploads.store(File(BytesIO(body)), "a.csv", actor_id=clerk.pk, now=LATER)
    read_upload(upload.pk, lambda: LATER)
    upload.refresh_from_db()
    return upload


def test_it_counts_for_no_day(clerk: User, finance: Client, rowless: Upload) -> None:
    page = reverse("reconcile:file", args=[rowless.pk])
    assert (rowless.state, SAID in finance.get(page).content.decode()) == ("preview", True)
    assert apply(rowless, clerk.pk, now=LATER).state == UploadState.APPLIED
    assert SAID in finance.get(page).content.decode()
    assert moves.covered(["finance"], DAY, DAY + timedelta(days=9)) == set()
