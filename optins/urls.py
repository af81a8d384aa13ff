"""Pages for people: the permalink of a campaign, and where texts are stopped."""

from django.urls import path

from optins.stopping_page import stop
from optins.views import permalink

urlpatterns = [
    path("c/<slug:slug>", permalink, name="permalink"),
    path("c/<slug:slug>/", permalink),
    path("stop", stop, name="stop"),
    path("stop/", stop),
]
