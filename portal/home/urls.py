from django.urls import path

from portal.home import health, views

app_name = "home"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("today/", views.now, name="today"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("favicon.ico", views.favicon, name="favicon"),
]
