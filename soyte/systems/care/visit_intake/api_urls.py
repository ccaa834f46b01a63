"""The addresses of the insurer gateway's API, in both of its generations."""

from django.urls import path

from soyte.systems.care.visit_intake.gateway import views

_CALLS = (
    ("checkInKcbQd4750", "0", "4750"),
    ("checkInKcbQd3176", "0", "3176"),
    ("guiHoSoXmlQD4750", "130", "4750"),
    ("guiHoSoXmlQD3176", "130", "3176"),
    ("guiDuLieuGdykQd130", "12", "130"),
)

prefix = "api/"
app_name = "gateway"
urlpatterns = [
    path("token/take", views.take_token, name="token"),
    *(
        path(f"qd130/{name}", views.receive_file, {"kind": kind, "generation": generation}, name=name)
        for name, kind, generation in _CALLS
    ),
]
