from django.urls import path

from soyte.systems.steering.operations_centre import day_pages, views, wall

prefix = "dieu-hanh/"
app_name = "operations_centre"
urlpatterns = [
    path("", views.centre, name="centre"),
    path("bang/", views.board, name="board"),
    path("giuong/", views.wards, name="wards"),
    path("man-hinh/", wall.manage, name="screens"),
    path("man-hinh/<int:screen_id>/thu/", wall.revoke, name="revoke_screen"),
    path("tuong/<str:screen_token>/", wall.wall, name="wall"),
    path("tuong/<str:screen_token>/bang/", wall.wall_board, name="wall_board"),
    path("tuong/<str:screen_token>/su-kien/", wall.wall_events, name="wall_events"),
    path("trang-ngay/", day_pages.pages, name="day_pages"),
    path("trang-ngay/chot/", day_pages.freeze, name="freeze_day_page"),
    path("trang-ngay/<uuid:day_page_id>/", day_pages.day_page, name="day_page"),
    path("dang-nam/", views.inpatients, name="inpatients"),
]
