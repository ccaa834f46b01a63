"""Django's own commands: `soyte manage migrate`, `python -m soyte.config.manage makemigrations`."""

import os
import sys

from soyte.config import postgres
from soyte.config.home import home

NO_DATABASE = {"makemigrations", "collectstatic", "check", "compilemessages", "help"}


def main(argv: list[str]) -> int:
    home()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soyte.config.settings")
    from django.core.management import execute_from_command_line

    if argv and argv[0] in NO_DATABASE:
        execute_from_command_line(["soyte manage", *argv])
        return 0
    with postgres.in_use():
        execute_from_command_line(["soyte manage", *argv])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
