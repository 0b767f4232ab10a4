from django.contrib.auth.views import LogoutView
from django.urls import path

from portal.accounts import views
from portal.lib.requests import action

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", action("accounts:login")(LogoutView.as_view()), name="logout"),
    path("me/", views.me, name="me"),
    path("password/", views.ChangePassword.as_view(), name="password"),
]
