from django.urls import path

from soyte.systems.safety.early_warning import views

app_name, prefix = "early_warning", "canh-bao/"
urlpatterns = [
    path("", views.alerts, name="alerts"),
    path("<int:alert_id>/", views.alert, name="alert"),
]
