from django.urls import path

from soyte.systems.steering.reference_lists.views import definitions, sets, uploads

prefix = "danh-muc/"
app_name = "reference_lists"
urlpatterns = [
    path("", sets.set_list, name="sets"),
    path("bo/<slug:set_code>/", sets.set_page, name="set"),
    path("bo/<slug:set_code>/thay-doi/", sets.changes_page, name="changes"),
    path("bo/<slug:set_code>/khuon/", uploads.blank_list, name="blank"),
    path("bo/<slug:set_code>/nap/", uploads.upload_page, name="upload"),
    path("ban-thu/<slug:token>/", uploads.trial_page, name="trial"),
    path("ban-thu/<slug:token>/loi/", uploads.faults_export, name="faults"),
    path("ban-thu/<slug:token>/bo/", uploads.trial_drop, name="drop"),
    path("quy-tac/", definitions.rule_list, name="rules"),
    path("quy-tac/cong-bhxh/", definitions.gateway_list, name="gateway_errors"),
    path("so-lieu/", definitions.indicator_list, name="indicators"),
]
