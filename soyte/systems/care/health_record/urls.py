from django.urls import path

from soyte.systems.care.health_record import views

prefix = "nguoi-dan/"
app_name = "health_record"
urlpatterns = [
    path("", views.search, name="search"),
    path("<uuid:person_id>/", views.record_page, name="record"),
    path("<uuid:person_id>/ly-do/", views.give_reason, name="reason"),
    path("<uuid:person_id>/ket-qua/", views.all_results, name="results"),
    path("<uuid:person_id>/in/", views.print_summary, name="print"),
    path("<uuid:person_id>/ai-da-xem/", views.readers, name="readers"),
    path("<uuid:person_id>/luot/<uuid:encounter_id>/", views.visit, name="visit"),
    path("<uuid:person_id>/luot/<uuid:encounter_id>/tep-goc/", views.source, name="source"),
    path("<uuid:person_id>/giay/<int:composition_id>/", views.paper, name="paper"),
]
