"""My test phone: the page on which a member of staff proves their own number."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.kept_filters import KeepsFilters
from campaigns.admin.verbs import actor, attempt
from campaigns.phone import pretty
from optins.actions.staff_numbers import ask_for_staff_code, confirm_staff_code, forget_staff_number
from optins.models import StaffNumber


class NumberForm(forms.Form):
    """The number that a code goes to."""

    number = forms.CharField(
        label=_("My number"),
        help_text=_("A code is texted to it, from the number of the Global SMS Opt-In."),
        widget=UnfoldAdminTextInputWidget({"inputmode": "tel", "autocomplete": "tel"}),
    )


class CodeForm(forms.Form):
    """The code that came."""

    code = forms.CharField(
        label=_("Code"),
        widget=UnfoldAdminTextInputWidget({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


@admin.register(StaffNumber)
class StaffNumberAdmin(KeepsFilters):
    """Everybody sees their own alone; there is no list."""

    def get_urls(self) -> list[URLPattern]:
        mine = path("mine/", self.admin_site.admin_view(self.mine_view), name="optins_staffnumber_mine")
        return [mine, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("admin:optins_staffnumber_mine")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: StaffNumber | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: StaffNumber | None = None) -> bool:
        return obj is None or obj.user_id == request.user.pk

    def has_delete_permission(self, request: HttpRequest, obj: StaffNumber | None = None) -> bool:
        return False

    def mine_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a code, enter it, or take the number away: `act` says which was posted."""
        by = actor(request)
        if not by.may("optins.change_staffnumber"):
            raise PermissionDenied
        act = request.POST.get("act", "")
        number = NumberForm(request.POST if act == "ask" else None)
        code = CodeForm(request.POST if act == "confirm" else None)
        done = {
            "ask": lambda: attempt(number, lambda: ask_for_staff_code(number=number.cleaned_data["number"], by=by)),
            "confirm": lambda: attempt(code, lambda: confirm_staff_code(code=code.cleaned_data["code"], by=by)),
            "forget": lambda: _forget(request),
        }
        if act in done and done[act]():
            messages.success(request, str(_SAID[act]))
            return redirect("admin:optins_staffnumber_mine")
        row = StaffNumber.objects.filter(user=by.user_id).first()
        context = {"title": _("My test phone"), "row": row, "pretty": pretty(row.number) if row else "",
                   "number": number, "code": code}  # fmt: skip
        return TemplateResponse(
            request, "admin/optins/staff_number.html", {**self.admin_site.each_context(request), **context}
        )


_SAID = {
    "ask": _("A code is on its way. Enter it here."),
    "confirm": _("The number is yours. Tests of messages may go to it."),
    "forget": _("The number was taken away."),
}


def _forget(request: HttpRequest) -> bool:
    forget_staff_number(by=actor(request))
    return True
