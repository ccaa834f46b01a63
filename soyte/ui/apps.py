from django.apps import AppConfig


class Ui(AppConfig):
    name = "soyte.ui"
    label = "ui"
