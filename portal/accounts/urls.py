from django.urls import path

from portal.accounts.views import campus, second_factor, sign_in, visits
from portal.lib.requests import action

app_name = "accounts"
urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("cas/", campus.door, name="campus"),
    path("logout/", action("accounts:login")(sign_in.SignOut.as_view()), name="logout"),
    path("me/", sign_in.me, name="me"),
    path("second-factor/", second_factor.ask, name="second-factor"),
    path("second-factor/enrol/", second_factor.enrol, name="second-factor-enrol"),
    path("second-factor/codes/", second_factor.new_codes, name="second-factor-codes"),
    path("visits/", visits.page, name="visits"),
    path("visits/end/", visits.end_others, name="end-visits"),
    path("password/", sign_in.ChangePassword.as_view(), name="password"),
]
