from django.urls import path

from soyte.systems.prevention.infectious_disease.views import case, cases, outbreaks

prefix = "ca-benh/"
app_name = "infectious_disease"
urlpatterns = [
    path("", cases.case_list, name="cases"),
    path("xuat/", cases.export, name="export"),
    path("o-dich/", outbreaks.outbreak_list, name="outbreaks"),
    path("o-dich/<int:outbreak_id>/", outbreaks.outbreak, name="outbreak"),
    path("o-dich/<int:outbreak_id>/viec/", outbreaks.note, name="outbreak_note"),
    path("o-dich/<int:outbreak_id>/quyet-dinh/", outbreaks.decide, name="outbreak_decide"),
    path("<uuid:case_id>/", case.case, name="case"),
    path("<uuid:case_id>/luu/", case.complete, name="complete"),
    path("<uuid:case_id>/bao-cao/", case.report, name="report"),
    path("<uuid:case_id>/bo/", case.discard, name="discard"),
    path("<uuid:case_id>/mo-lai/", case.reopen, name="reopen"),
    path("<uuid:case_id>/chuyen/", case.hand_over, name="hand_over"),
    path("<uuid:case_id>/ky-nhan/", case.receive, name="receive"),
    path("<uuid:case_id>/phieu/", case.export, name="sheet"),
]
