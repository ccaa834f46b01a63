"""The WSGI application that granian serves."""

import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

from soyte.kernel.processes import die_with_parent

if parent := multiprocessing.parent_process():  # granian's main process: without it nobody would stop us
    die_with_parent(parent.pid or 0)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soyte.config.settings")
application = get_wsgi_application()
from soyte.web import warming  # noqa: E402 - needs the settings

warming.load()
