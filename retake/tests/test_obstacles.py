"""What finance has still to do, as the teaching office sees it before it verifies."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from payments.reconcile.tests.statements import apply, listed, preview
from portal.accounts.roles import Role
from retake.selectors.verifying import obstacles
from retake.tests import factories as make
from retake.tests.factories import NOW, PAY_CLOSES

pytestmark = pytest.mark.django_db
OVER = PAY_CLOSES + timedelta(days=2)


def test_money_of_no_order_warns_and_holds_nothing_up(client: Client) -> None:
    world, clerk = make.make_world(), make.make_staff(Role.FINANCE)
    lines = [listed(f"ZZJF2025042300000000000{at}", f"T-{at}", at=NOW) for at in (1, 2)]
    apply(preview(lines, clerk.pk, now=OVER), clerk.pk, now=OVER)
    found = obstacles(world.round, OVER)
    assert (found.unclaimed, found.differences) == (2, ())
    client.force_login(make.make_staff(Role.TEACHING))
    page = reverse("admin:retake_round_verification", args=[world.round.pk])
    assert "另有 2 件差异对不上任何订单" in client.get(page).content.decode()
