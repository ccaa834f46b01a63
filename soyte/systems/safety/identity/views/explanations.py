"""Why an account may or may not do something."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from soyte.kernel.access.policy import action_title
from soyte.kernel.access.selectors import posts_of
from soyte.kernel.access.web import HouseRequest, requires
from soyte.kernel.audit.services import record
from soyte.systems.safety.identity import selectors
from soyte.systems.safety.identity.forms import WhyForm
from soyte.systems.safety.identity.views.units import names_of_units


@requires("access.explain")
@require_GET
def why_page(request: HouseRequest) -> HttpResponse:
    form = WhyForm(request.GET or None)
    context = {"form": form, **names_of_units()}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        account, action, unit = asked["account"], asked["action"], asked["unit"]
        record(
            request.actor, "access.explain", obj=account, details={"action": action, "unit": unit.pk if unit else None}
        )
        context |= {
            "account": account,
            "action": action_title(action),
            "unit": unit,
            "answer": selectors.explain(account, action, unit),
            "posts": posts_of(account)[:50],
        }
    return render(request, "identity/why.html", context, status=422 if form.errors else 200)
