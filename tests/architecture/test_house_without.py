"""The house starts and answers without each of its systems: independence that is tried, not promised."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import soyte
from soyte.kernel.systems import systems

ROOT = Path(soyte.__path__[0]).parent

# Runs in a process of its own: the settings decide once which rooms there are.
PROGRAM = """
import sys
from soyte.config import settings

left_out = set(sys.argv[1].split(","))
settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app not in left_out]
import django
django.setup()
from django.core import checks
from django.urls import get_resolver
from soyte.kernel.access.roles import roles
from soyte.kernel.systems import menu

FOLDER_WITHOUT_A_SYSTEM = "soyte.E004"  # true of the ones left out
found = [message for message in checks.run_checks() if message.id != FOLDER_WITHOUT_A_SYSTEM]
assert not found, found
assert get_resolver().url_patterns and roles() and menu() is not None
"""


def _with_those_that_need(label):
    """The system and, over and over, every system that needs one of those left out."""
    out = {label}
    while more := {system.label for system in systems() if set(system.needs) & out} - out:
        out |= more
    return out


@pytest.mark.parametrize("label", sorted(system.label for system in systems()))
def test_the_house_starts_without(label):
    out = {system.name for system in systems() if system.label in _with_those_that_need(label)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, ",".join(sorted(out))],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "soyte.config.settings", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
