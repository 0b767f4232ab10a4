"""The composition root: every room's addresses in one place."""

from django.contrib import admin
from django.urls import include, path

handler400 = "portal.home.bad_requests.bad_request"
urlpatterns = [
    path("", include("portal.home.urls")),
    path("", include("portal.ops.urls")),
    path("accounts/", include("portal.accounts.urls")),
    path("messages/", include("portal.inbox.urls")),
    path("retake/", include("retake.urls")),
    path("guidance/", include("retake.guidance_urls")),
    path("payments/", include("payments.urls")),
    path("reconcile/", include("payments.reconcile.urls")),
    path("credits/", include("credits.urls")),
    path("transcripts/", include("transcripts.urls")),
    path("verify/", include("transcripts.verify_urls")),
    path("admin/", admin.site.urls),
]
