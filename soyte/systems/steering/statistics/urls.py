from django.urls import path

from soyte.systems.steering.statistics import map_page, table_pages, views

prefix = "so-lieu/"
app_name = "statistics"
urlpatterns = [
    path("", views.indicator_list, name="indicators"),
    path("bang/", table_pages.forms, name="forms"),
    path("bang/da-chot/<uuid:report_id>/", table_pages.frozen_report, name="report"),
    path("bang/da-chot/<uuid:report_id>/tai-ve/", table_pages.report_export, name="report_export"),
    path("bang/<slug:form_code>/", table_pages.statistical_table, name="table"),
    path("bang/<slug:form_code>/tai-ve/", table_pages.table_export, name="table_export"),
    path("bang/<slug:form_code>/chot/", table_pages.table_freeze, name="table_freeze"),
    path("<slug:indicator_code>/", views.indicator_detail, name="figure"),
    path("<slug:indicator_code>/tai-ve/", views.figure_export, name="export"),
    path("<slug:indicator_code>/ban-do/", map_page.figure_map, name="map"),
    path("<slug:indicator_code>/dong/", views.figure_rows, name="rows"),
]
