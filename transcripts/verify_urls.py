"""Addresses anybody may open who holds a transcript."""

from django.urls import path

from transcripts.views import verify

app_name = "verify"
urlpatterns = [
    path("", verify.start, name="start"),
    path("key.pem", verify.public_key, name="key"),
    path("certificate.pem", verify.certificate, name="certificate"),
    path("<path:code>/", verify.page, name="page"),
]
