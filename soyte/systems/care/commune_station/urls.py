from django.urls import path

from soyte.systems.care.commune_station import views

prefix = "tram/"
app_name = "commune_station"
urlpatterns = [
    path("", views.today, name="today"),
    path("in/", views.sheet, name="sheet"),
    path("<uuid:follow_up_id>/", views.one, name="one"),
    path("<uuid:follow_up_id>/ghi/", views.tick, name="tick"),
    path("<uuid:follow_up_id>/hoan-tac/", views.undo, name="undo"),
]
