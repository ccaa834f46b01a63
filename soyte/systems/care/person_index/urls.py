from django.urls import path

from soyte.systems.care.person_index import views

prefix = "nguoi-nghi-trung/"
app_name = "person_index"
urlpatterns = [
    path("", views.pair_list, name="pairs"),
    path("<int:pair_id>/", views.pair_page, name="pair"),
    path("<int:pair_id>/quyet-dinh/", views.decide, name="decide"),
    path("<int:pair_id>/hoan-tac/", views.undo, name="undo"),
]
