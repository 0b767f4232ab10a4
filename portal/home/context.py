"""What the frame around every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names of the product and the college."""
    return {"product_name": settings.PRODUCT_NAME, "college_name": settings.COLLEGE_NAME}
