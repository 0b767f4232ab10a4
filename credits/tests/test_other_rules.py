"""Other rules come into force while a student is looking at the page."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credits.kinds import TargetKind
from credits.models import Application, RuleSet
from credits.states import RuleSetState
from credits.tests.factories import Exchange, build_exchange, build_rules
from credits.tests.uploads import image_upload


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def cheaper_from_now_on() -> None:
    rows = build_rules("新规则", published=False)
    rows.prices.filter(target=TargetKind.PUBLIC).update(ratio=1)
    RuleSet.objects.filter(pk=rows.pk).update(
        state=RuleSetState.PUBLISHED, published_at=timezone.now()
    )


def seen(shown: str) -> str:
    """The rule set a page was worked out by."""
    found = re.search(r'name="rules" value="(\d+)"', shown)
    assert found is not None
    return found[1]


def test_what_was_ticked_by_the_old_ones_is_looked_at_again(
    client: Client, exchange: Exchange
) -> None:
    assert exchange.student.user is not None
    client.force_login(exchange.student.user)
    ticked: dict[str, Any] = {"target": exchange.target.pk, "source": exchange.keys()}
    before = seen(client.get(reverse("credits:choice")).content.decode())
    cheaper_from_now_on()
    submit = reverse("credits:submit")
    refused = client.post(submit, {**ticked, "rules": before, "files": [image_upload()]})
    shown = refused.content.decode()
    assert (refused.status_code, Application.objects.count()) == (409, 0)
    assert "兑换规则刚刚换成“新规则”，这次没有提交。" in shown
    assert "多 4.0 不退回" in shown
    feedback = client.get(reverse("credits:feedback"), ticked).content.decode()
    assert seen(feedback) == seen(shown) != before
    fewer = {**ticked, "source": exchange.keys(2), "rules": seen(shown)}
    assert client.post(submit, {**fewer, "files": [image_upload()]}).status_code == 302
