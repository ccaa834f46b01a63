"""A province written by a process of its own, month by month, while the caller already uses what is there."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from soyte.demo.province import generate
from soyte.demo.province.generate import Counts, Province


class WriterError(Exception):
    """The writing process failed; `status` is its exit status."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


def written_months(province: Province, folder: Path) -> Iterator[str]:
    """Each month ("2024-05") as soon as its visits are written. Ends when all of the province is.

    Raises WriterError if the writer fails. Leaving the iteration early ends the writer.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    writer = context.Process(target=_write, args=(province, folder, theirs), daemon=True)
    writer.start()
    theirs.close()
    try:
        while month := _next(ours):
            yield month
        writer.join()
        if writer.exitcode:
            raise WriterError(writer.exitcode)
    finally:
        writer.terminate()
        writer.join()


def _next(connection: Connection) -> str:
    try:
        month: str = connection.recv()
    except EOFError:
        return ""
    return month


def _write(province: Province, folder: Path, connection: Connection) -> None:
    def tell(month: str, _: Counts) -> None:
        connection.send(month)

    generate.write(province, folder, report=tell)
    connection.close()
