from django.urls import path

from retake.views import choice, enrollments, notice, rounds, veterans

app_name = "retake"
urlpatterns = [
    path("", choice.page, name="choice"),
    path("enroll/", choice.submit, name="enroll"),
    path("notice/", notice.page, name="notice"),
    path("notice/read/", notice.read, name="read"),
    path("enrollments/", enrollments.listing, name="enrollments"),
    path("enrollments/<int:pk>/", enrollments.detail, name="enrollment"),
    path("enrollments/<int:pk>/withdraw/", enrollments.ask, name="ask_withdraw"),
    path("enrollments/<int:pk>/withdrawal/", enrollments.withdraw_it, name="withdraw"),
    path("rounds/", rounds.past, name="rounds"),
    path("veteran/", veterans.page, name="veteran"),
    path("veteran/claim/", veterans.claim, name="claim"),
    path("veteran/evidence/<int:pk>/", veterans.evidence, name="evidence"),
]
