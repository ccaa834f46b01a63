from django.urls import path

from soyte.systems.steering.operations_centre import views

prefix = "dieu-hanh/"
app_name = "operations_centre"
urlpatterns = [
    path("", views.centre, name="centre"),
    path("bang/", views.board, name="board"),
    path("giuong/", views.wards, name="wards"),
    path("dang-nam/", views.inpatients, name="inpatients"),
]
