"""Make a home ready: server up, tables in their newest shape, content loaded. Fast when nothing changed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator

from soyte.config import postgres
from soyte.config.home import CHECKOUT, home

PREPARED = CHECKOUT / ".prepared"
_SHAPE = ("soyte/**/migrations/*.py", "soyte/**/content/**/*.csv", "soyte/**/content/**/*.yaml")


def shape() -> str:
    """A hash of everything that decides what an empty database looks like: migrations and content files."""
    digest = hashlib.sha256()
    for pattern in _SHAPE:
        for path in sorted(CHECKOUT.glob(pattern)):
            digest.update(str(path.relative_to(CHECKOUT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def setup_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soyte.config.settings")
    import django

    django.setup()


def _bring_up_to_date(*, content: bool) -> None:
    from django.core.management import call_command

    from soyte.kernel.content.services import load_all

    call_command("migrate", verbosity=0, interactive=False)
    if content:
        load_all()


@contextlib.contextmanager
def database(*, content: bool = True) -> Iterator[None]:
    """Run a block with Django set up on a database that is ready; without `content`, its content may be old."""
    folder = home()
    setup_django()
    with postgres.in_use(prepared=PREPARED / "data"):
        with (folder / "preparing").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            stamp = folder / "ready"
            wanted = shape()
            if not stamp.exists() and not postgres.external_url() and _is_prepared(wanted):
                stamp.write_text(wanted)
            if not stamp.exists() or stamp.read_text() != wanted:
                _bring_up_to_date(content=content)
                if content:
                    stamp.write_text(wanted)
        yield


def _is_prepared(wanted: str) -> bool:
    """Whether the database came from a prepared folder of this very shape (a mark in it says so)."""
    mark = postgres.root() / "data" / "soyte_prepared"
    return mark.exists() and mark.read_text() == wanted


def prepare() -> None:
    """Build the prepared data folder that new homes copy; nothing to do when it has the current shape."""
    mark = PREPARED / "data" / "soyte_prepared"
    if mark.exists() and mark.read_text() == shape():
        return
    shutil.rmtree(PREPARED, ignore_errors=True)
    making = PREPARED / "home"
    making.mkdir(parents=True)
    before = os.environ.get("SOYTE_HOME")
    os.environ["SOYTE_HOME"] = str(making)
    with database():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")
        connection.close()
    made = making / "db" / "data"
    (made / "soyte_prepared").write_text(shape())
    for leftover in ("postmaster.opts", "log"):
        (made / leftover).unlink(missing_ok=True)
    made.rename(PREPARED / "data")
    shutil.rmtree(making)
    if before is not None:
        os.environ["SOYTE_HOME"] = before
