from django.urls import URLPattern

app_name = "retake"
urlpatterns: list[URLPattern] = []
