"""Addresses of the student's transcripts."""

from django.urls import path

from transcripts.views import issued, sheet

app_name = "transcripts"
urlpatterns = [
    path("", sheet.page, name="sheet"),
    path("preview/", sheet.preview, name="preview"),
    path("how/", sheet.how, name="how"),
    path("pdf/", sheet.make, name="make"),
    path("issued/", issued.listing, name="issued"),
    path("issued/<int:pk>/file/", issued.download, name="file"),
    path("issued/<int:pk>/expiry/", issued.expire, name="expire"),
    path("issued/<int:pk>/revoke/", issued.revoke_it, name="revoke"),
]
