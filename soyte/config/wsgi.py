"""The WSGI application that granian serves."""

import multiprocessing
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from soyte.kernel.processes import die_with_parent

if parent := multiprocessing.parent_process():  # granian's main process: without it nobody would stop us
    die_with_parent(parent.pid or 0)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soyte.config.settings")
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # all pages are imported now, not while the first reader waits
