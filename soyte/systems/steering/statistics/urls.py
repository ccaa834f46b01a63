from django.urls import path

from soyte.systems.steering.statistics import map_page, views

prefix = "so-lieu/"
app_name = "statistics"
urlpatterns = [
    path("", views.indicator_list, name="indicators"),
    path("<slug:indicator_code>/", views.indicator_detail, name="figure"),
    path("<slug:indicator_code>/tai-ve/", views.figure_export, name="export"),
    path("<slug:indicator_code>/ban-do/", map_page.figure_map, name="map"),
    path("<slug:indicator_code>/dong/", views.figure_rows, name="rows"),
]
