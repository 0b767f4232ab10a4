from django.urls import path

from retake.views import guidance

app_name = "guidance"
urlpatterns = [
    path("", guidance.page, name="page"),
    path("export/", guidance.export, name="export"),
    path("phone/<int:pk>/", guidance.phone, name="phone"),
    path("offers/<int:pk>/", guidance.decide, name="decide"),
    path("calendar/open/", guidance.subscribe, name="subscribe"),
    path("calendar/revoke/", guidance.unsubscribe, name="unsubscribe"),
    path("calendar/<str:token>.ics", guidance.feed, name="feed"),
]
