"""Files coming in by a script that says how much of them has gone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from payments.reconcile.forms import MOST_FILES
from payments.reconcile.models import Upload
from payments.reconcile.tests.statements import content

pytestmark = pytest.mark.django_db


def files(number: int) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{at}.csv", content([str(at)])) for at in range(number)]


def send(browser: Client, number: int) -> tuple[int, str]:
    """Status, and where the script is told to go."""
    address = reverse("reconcile:upload")
    answer = browser.post(address, {"file": files(number)}, headers={"HX-Request": "true"})
    return answer.status_code, answer.headers["HX-Redirect"]


def test_one_file_leads_to_its_page(finance: Client) -> None:
    status, address = send(finance, 1)
    assert (status, address) == (200, reverse("reconcile:file", args=[Upload.objects.get().pk]))


def test_several_lead_to_the_list(finance: Client) -> None:
    assert (send(finance, 2), Upload.objects.count()) == ((200, reverse("reconcile:home")), 2)


def test_refusal_is_said_on_the_page_it_leads_to(finance: Client) -> None:
    assert send(finance, MOST_FILES + 1) == (200, reverse("reconcile:home"))
    page = finance.get(reverse("reconcile:home")).content.decode()
    assert (f"一次最多 {MOST_FILES} 个文件" in page, Upload.objects.count()) == (True, 0)
