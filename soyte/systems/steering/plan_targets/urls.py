from django.urls import path

from soyte.systems.steering.plan_targets import views

prefix = "ke-hoach/"
app_name = "plan_targets"
urlpatterns = [
    path("", views.plan_list, name="plans"),
    path("<slug:plan_code>/", views.plan_page, name="plan"),
    path("<slug:plan_code>/viec/", views.task_list, name="tasks"),
    path("<slug:plan_code>/tai-ve/", views.plan_export, name="export"),
    path("<slug:plan_code>/tinh-lai/", views.compute_again, name="compute"),
    path("<slug:plan_code>/<slug:target_code>/", views.target_page, name="target"),
    path("<slug:plan_code>/<slug:target_code>/dong/", views.target_rows, name="rows"),
]
