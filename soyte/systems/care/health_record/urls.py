from django.urls import path

from soyte.systems.care.health_record.views import finding, record, visit

prefix = "nguoi-dan/"
app_name = "health_record"
urlpatterns = [
    path("", finding.search, name="search"),
    path("<uuid:person_id>/", record.record_page, name="record"),
    path("<uuid:person_id>/ly-do/", finding.give_reason, name="reason"),
    path("<uuid:person_id>/ket-qua/", record.all_results, name="results"),
    path("<uuid:person_id>/in/", record.print_summary, name="print"),
    path("<uuid:person_id>/ai-da-xem/", record.who_read, name="readers"),
    path("<uuid:person_id>/luot/<uuid:encounter_id>/", visit.visit, name="visit"),
    path("<uuid:person_id>/luot/<uuid:encounter_id>/tep-goc/", visit.source, name="source"),
    path("<uuid:person_id>/giay/<int:composition_id>/", visit.paper, name="paper"),
]
