"""The address at which open pages follow what changes."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from soyte.kernel.access.web import SIGNED_IN, HouseRequest, requires
from soyte.kernel.live.answers import follow
from soyte.kernel.systems import live_topics


@requires(SIGNED_IN)
@require_GET
def events(request: HouseRequest) -> HttpResponse:
    """A line that tells of the topics asked for (`?topic=`, several times); those that the reader may not follow are left out."""
    asked, known = {*request.GET.getlist("topic")}, live_topics()
    return follow(request, [name for name in asked & {*known} if request.actor.holds(known[name].permission)])
