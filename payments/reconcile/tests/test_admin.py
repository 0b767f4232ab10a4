"""Files and seals in admin: read only, for finance."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from payments.reconcile.models import DayClose, Upload
from payments.reconcile.services.closing import seal
from payments.reconcile.tests.statements import apply, listed, preview
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from portal.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("model", "shown"), [(Upload, "a.csv"), (DayClose, "¥400.00")])
def test_finance_looks_them_up(
    client: Client, clerk: User, model: type[Upload] | type[DayClose], shown: str
) -> None:
    order = make_order([make_charge(make_payer())])
    apply(preview([listed(order, "T-1")], clerk.pk), clerk.pk)
    seal("finance", NOW.date(), actor_id=clerk.pk, now=NOW + timedelta(days=1))
    client.force_login(clerk)
    name = f"admin:reconcile_{model.__name__.lower()}"
    row = model._default_manager.get()
    for page in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])):
        assert shown in client.get(page).content.decode()
    assert client.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403
