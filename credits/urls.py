from django.urls import path

from credits.views import applications, attachments, choice

app_name = "credits"
urlpatterns = [
    path("", choice.page, name="choice"),
    path("feedback/", choice.feedback, name="feedback"),
    path("submit/", choice.file, name="submit"),
    path("draft/", choice.draft, name="draft"),
    path("applications/", applications.listing, name="applications"),
    path("applications/<int:pk>/", applications.detail, name="application"),
    path("applications/<int:pk>/delete/", applications.remove, name="delete"),
    path("applications/<int:pk>/material/", applications.add_material, name="supply"),
    path("attachments/<int:pk>/", attachments.file, name="attachment"),
    path("attachments/<int:pk>/pages/<int:number>/", attachments.page, name="page"),
]
