"""What goes wrong before any view is reached: an API path is answered in the API's shape, a page as Django does."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from optins.api.errors import plain_answer

_API = "/priv/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: such as a Host header that is not one of ALLOWED_HOSTS."""
    if request.path.startswith(_API):
        return plain_answer("argument_error", "The request's headers are not acceptable. Check the host name.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault outside the views."""
    if request.path.startswith(_API):
        return plain_answer("internal_server_error", "Something went wrong on our side. Try again in a minute.")
    return defaults.server_error(request)
