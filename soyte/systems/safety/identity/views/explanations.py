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
from soyte.systems.safety.identity.forms import ACCOUNT_NAMES, WhyForm
from soyte.systems.safety.identity.views.units import names_of_units


@requires("access.explain")
@require_GET
def why_page(request: HouseRequest) -> HttpResponse:
    form = WhyForm(request.GET or None)
    names = {"account_names": selectors.account_titles(), "account_list_id": ACCOUNT_NAMES}
    context = {"form": form, **names, **names_of_units()}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        account, action, unit, target = asked["account"], asked["action"], asked["unit"], asked["target"]
        details = {"action": action, "unit": unit.pk if unit else None, "target": target.pk if target else None}
        record(request.actor, "access.explain", obj=account, details=details)
        context |= {
            "account": account,
            "action": action_title(action),
            "unit": unit,
            "target": target,
            "answer": selectors.explain(account, action, unit, target),
            "conditions": selectors.conditions(action),
            "able": selectors.roles_that_may(action),
            "posts": posts_of(account)[:50],
        }
    return render(request, "identity/why.html", context, status=422 if form.errors else 200)
