from django.urls import path

from portal.ops import health, metrics

app_name = "ops"
urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.page, name="metrics"),
]
