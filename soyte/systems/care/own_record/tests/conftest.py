import pytest


@pytest.fixture(autouse=True)
def _plain_static(settings):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
