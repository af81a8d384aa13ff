"""Pages for people: the permalink of a campaign, and where texts are stopped."""

from django.urls import path

from optins.joining_page import permalink
from optins.stopping_page import stop

urlpatterns = [
    path("c/<slug:slug>", permalink, name="permalink"),
    path("c/<slug:slug>/", permalink),
    path("stop", stop, name="stop"),
    path("stop/", stop),
]
