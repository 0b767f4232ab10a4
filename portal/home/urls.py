from django.urls import path

from portal.home import own_views, viewing_views, views

app_name = "home"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("today/", views.now, name="today"),
    path("me/data/", own_views.page, name="own"),
    path("me/data/<str:kind>/", own_views.file, name="own_file"),
    path("viewing/end/", viewing_views.end, name="end_viewing"),
    path("favicon.ico", views.favicon, name="favicon"),
]
