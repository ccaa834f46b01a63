from django.urls import URLPattern

prefix = "ca-benh/"
app_name = "infectious_disease"
urlpatterns: list[URLPattern] = []
