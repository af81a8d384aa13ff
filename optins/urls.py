"""Pages for people: the permalink of a campaign."""

from django.urls import path

from optins.views import permalink

urlpatterns = [
    path("c/<slug:slug>", permalink, name="permalink"),
    path("c/<slug:slug>/", permalink),
]
