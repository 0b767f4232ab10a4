from django.urls import path

from portal.inbox import views

app_name = "inbox"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("mail/", views.choose_mail, name="choose_mail"),
    path("<int:message_id>/open/", views.open_message, name="open"),
]
