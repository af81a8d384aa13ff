"""The product's addresses and, under the same middleware, the plain view that they are measured against."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from benchmarks.models import PlainRow


@csrf_exempt
def plain(request: HttpRequest) -> HttpResponse:
    """Insert and commit one row: the reference of callbacks and of the validation API."""
    given = request.POST
    PlainRow(sid=given.get("MessageSid", ""), status=given.get("MessageStatus", "")).save()
    return HttpResponse(status=204)


urlpatterns = [path("plain", plain), path("", include("config.urls"))]
