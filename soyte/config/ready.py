"""Make a home ready: server up, tables in their newest shape, content loaded. Fast when nothing changed."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from soyte.config import environment, postgres
from soyte.config.home import CHECKOUT, HomeError, barrier, database_user, home

PREPARED = CHECKOUT / ".prepared"  # a data folder for each version of the server, made by `make setup`
MARK = "soyte_shape"  # a file in the data folder that says of which shape the database is
_SHAPE = (
    "soyte/**/migrations/*.py",
    "soyte/**/content/**/*.csv",
    "soyte/**/content/**/*.yaml",
    "soyte/**/content_*.py",
    "soyte/kernel/content/*.py",
)


def shape() -> str:
    """A hash of all that decides what an empty database looks like: migrations, content files, and their loader."""
    digest = hashlib.sha256()
    for pattern in _SHAPE:
        for path in sorted(CHECKOUT.glob(pattern)):
            digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()


def prepared_data(wanted: str) -> Path | None:
    """The prepared data folder for this server, unless it is of another shape."""
    folder = PREPARED / str(postgres.major_version(postgres.bin_folder()))
    return folder if _read(folder / MARK) == wanted else None


def setup_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soyte.config.settings")
    import django

    django.setup()


@contextlib.contextmanager
def database(*, content: bool = True) -> Iterator[None]:
    """Run a block with Django set up on a database that is ready; without `content`, its content may be old.

    Raises HomeError where the server cannot be started or reached.
    """
    folder, wanted = home(), shape()
    if not environment.read("SOYTE_KEYS"):  # a named folder that is missing may be a disk that is not there yet
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
    external = postgres.external_url()
    prepared = None if external else prepared_data(wanted)
    with postgres.in_use(prepared=prepared):
        setup_django()
        with (folder / "preparing").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            mark = folder / "external_shape" if external else postgres.data_folder() / MARK
            found = f"{wanted} {_place(external)}" if external else wanted
            if _read(mark) != found:
                _bring_up_to_date(content=content)
                if content:
                    mark.write_text(found)
        yield


def _place(url: str) -> str:
    """Which database a URL means, in letters that tell nothing of its password."""
    parts = urlsplit(url)
    named = f"{parts.username}@{parts.hostname}:{parts.port}{parts.path}?{parts.query}"
    return hashlib.sha256(named.encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _bring_up_to_date(*, content: bool) -> None:
    from django.core.management import call_command

    from soyte.kernel.content.services import load_all

    call_command("migrate", verbosity=0, interactive=False)
    if content:
        load_all()


def prepare() -> None:
    """Build the prepared data folder that new homes copy; nothing to do when it has the current shape."""
    version, wanted = str(postgres.major_version(postgres.bin_folder())), shape()
    target = PREPARED / version
    PREPARED.mkdir(exist_ok=True)
    with (PREPARED / "making").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _read(target / MARK) != wanted:
            _make(target)


def _make(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="making-", dir=_place_for_making()) as folder:
        os.environ["SOYTE_HOME"] = str(Path(folder) / "home")
        Path(folder).chmod(0o755)
        with database():
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("vacuum analyze")
            connection.close()
        made = postgres.data_folder()
        (made / "postmaster.opts").unlink(missing_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(made, target)


def _place_for_making() -> Path | None:
    """Beside the result; the system's own place (None) where the database's user cannot enter the checkout."""
    user = database_user()
    return None if user and barrier(PREPARED, user) else PREPARED


def main(argv: list[str]) -> int:
    """Make the home ready as a process of its own, whose memory goes with it; with --demo, fill it with the province."""
    from soyte.config.cli import guarded

    parser = argparse.ArgumentParser(prog="python -m soyte.config.ready")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--people", type=int)
    parser.add_argument("--years", type=int)
    arguments = parser.parse_args(argv)

    def work() -> int:
        with database():
            if arguments.demo:
                _fill(people=arguments.people, years=arguments.years)
        return 0

    return guarded(work)


def _fill(*, people: int | None, years: int | None) -> None:
    from soyte.demo import living
    from soyte.demo.accounts import DemoIncompleteError

    try:
        living.prepare(home(), people=people or living.PEOPLE, years=years or living.YEARS)
    except (living.FillingError, DemoIncompleteError) as error:
        raise HomeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
