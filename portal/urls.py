"""The composition root: every room's addresses in one place."""

from django.contrib import admin
from django.urls import include, path

from payments import metrics

urlpatterns = [
    path("", include("portal.home.urls")),
    path("accounts/", include("portal.accounts.urls")),
    path("messages/", include("portal.inbox.urls")),
    path("retake/", include("retake.urls")),
    path("guidance/", include("retake.guidance_urls")),
    path("payments/", include("payments.urls")),
    path("reconcile/", include("payments.reconcile.urls")),
    path("credits/", include("credits.urls")),
    path("metrics", metrics.page, name="metrics"),
    path("transcripts/", include("transcripts.urls")),
    path("verify/", include("transcripts.verify_urls")),
    path("admin/", admin.site.urls),
]
