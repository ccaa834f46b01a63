"""What a view says of itself: @requires("permission.code"), or "public", or "signed-in"."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access import policy
from soyte.kernel.access.actor import Actor
from soyte.kernel.audit.services import record_refused

PUBLIC, SIGNED_IN = "public", "signed-in"


class HouseRequest(HttpRequest):
    """A request as our middleware leaves it."""

    actor: Actor
    request_id: str


class NoRight(PermissionDenied):
    """The page is not for this actor; `why` says so in Vietnamese."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


View = TypeVar("View", bound=Callable[..., Any])


def requires(permission: str, *, before_password_change: bool = False) -> Callable[[View], View]:
    """Guard a view. Nobody signed in is led to the sign-in page; without the right, NoRight is raised and audited.

    A view that needs several rights carries several marks. A one-time password opens only views marked `before_password_change` (the change itself, sign-out).
    """

    def mark(view: View) -> View:
        guarded: Any
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
                stop = await sync_to_async(_stop)(request, permission, before_password_change)
                return stop or await view(request, *args, **kwargs)

        else:

            @wraps(view)
            def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
                return _stop(request, permission, before_password_change) or view(request, *args, **kwargs)

        guarded.permission = permission
        guarded.permissions = (permission, *getattr(view, "permissions", ()))
        return cast(View, guarded)

    return mark


def page_of(request: HttpRequest) -> str:
    """The page in the reader's browser: the one that is asked for, else the one from which a form or a part of it was."""
    if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
        return request.get_full_path()
    came = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    is_ours = came.netloc == request.get_host() and came.path.startswith("/")
    return urlunsplit(("", "", came.path, came.query, "")) if is_ours else settings.LOGIN_REDIRECT_URL


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; after it the page that was open. Where something was sent it says that nothing was written."""
    target = {"next": page_of(request)} | ({"mat": "1"} if request.method == "POST" else {})
    address = f"{settings.LOGIN_URL}?{urlencode(target, safe='/')}"
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": address})  # as a part it would stand in the middle of the page
    return HttpResponseRedirect(address)


def _stop(request: HouseRequest, permission: str, before_password_change: bool) -> HttpResponseBase | None:
    """The answer that is given instead of the view's, if any."""
    if permission == PUBLIC:
        return None
    account = request.actor.account
    if account is None:
        return _to_sign_in(request)
    if account.must_change_password and not before_password_change:
        return HttpResponseRedirect(reverse("web:change_password"))
    if permission == SIGNED_IN or request.actor.holds(permission):
        return None
    noted = policy.noted_why(request.actor, permission)
    record_refused(request.actor, permission, object_kind="page", object_id=request.path, reason=noted)
    raise NoRight(str(policy.why(request.actor, permission)) or _("Trang này không dành cho chức danh của bạn."))
