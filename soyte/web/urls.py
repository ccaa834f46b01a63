"""Root addresses: the house's own, and those of every room that has a urls.py or api_urls.py (prefix, app_name, urlpatterns)."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import URLResolver, include, path

from soyte.web import errors, health, live, manual_pages, views

OWN = "soyte.web"


def _rooms() -> list[URLResolver]:
    """Addresses of the rooms, found by name: a new system joins without a list. `api_urls.py` are doors for programs."""
    mounted = []
    for config in apps.get_app_configs():
        if not config.name.startswith("soyte.") or config.name == OWN:
            continue
        for name in ("urls", "api_urls"):
            if find_spec(f"{config.name}.{name}") is not None:
                module = import_module(f"{config.name}.{name}")
                mounted.append(path(module.prefix, include((module.urlpatterns, module.app_name))))
    return mounted


own = [
    path("", views.start, name="start"),
    path("dang-nhap/", views.sign_in, name="sign_in"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("doi-mat-khau/", views.change_password, name="change_password"),
    path("tai-khoan/", views.account, name="account"),
    path("tai-khoan/phien/ket-thuc/", views.end_sessions, name="end_sessions"),
    path("tim/", views.search, name="search"),
    path("giao-dien/", views.theme, name="theme"),
    path("ngon-ngu/", views.language, name="language"),
    path("su-kien/", live.events, name="events"),
    path("huong-dan/", manual_pages.roles_page, name="manual"),
    path("huong-dan/hinh/<str:picture_name>", manual_pages.picture, name="manual_picture"),
    path("huong-dan/ky-thuat/", manual_pages.engineers_page, name="engineering"),
    path("huong-dan/ky-thuat/<str:text_name>/", manual_pages.engineers_page, name="engineering_page"),
    path("huong-dan/<slug:page_name>/", manual_pages.roles_page, name="manual_page"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
urlpatterns = [path("", include((own, "web"))), *_rooms()]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed
