"""Files without a name, on the disk of the data: what they hold is gone with the process, however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

FAULT = "upload_fault"  # attribute of a request whose files could not be kept


def spool() -> Path:
    """The folder of what waits to be received."""
    folder = Path(settings.SOYTE_HOME) / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def scratch() -> BinaryIO:
    """An empty file to write and read; the caller closes it. Raises OSError."""
    return cast(BinaryIO, TemporaryFile(dir=spool()))


class ScratchUploadHandler(FileUploadHandler):
    """Takes each uploaded file into a scratch file. A disk that fills up ends the upload: upload_fault() tells the view."""

    file: UploadedFile

    def new_file(self, *args: object, **facts: object) -> None:
        super().new_file(*args, **facts)  # type: ignore[arg-type]
        with self._telling():
            kept = scratch()
        self.file = UploadedFile(kept, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._telling():
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        with self._telling():
            self.file.seek(0)  # writes what is left
        self.file.size = file_size
        return self.file

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            setattr(self.request, FAULT, fault)
            raise StopUpload(connection_reset=False) from None

    def upload_interrupted(self) -> None:
        self.file.close()


def upload_fault(request: HttpRequest) -> OSError | None:
    """Why the files of a request could not be kept while they came."""
    request.FILES  # noqa: B018 - reads the request
    return getattr(request, FAULT, None)
