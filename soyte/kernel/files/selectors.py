"""Bytes out, for whoever may open their label."""

from __future__ import annotations

from collections.abc import Container, Iterable

import zstandard
from django.utils.translation import gettext_lazy as _

from soyte.kernel.errors import DomainError
from soyte.kernel.files.models import Blob
from soyte.kernel.labels import may_open, open_bytes


class BlobMissing(DomainError):
    code = "files.missing"
    message = _("Không tìm thấy tệp gốc %(sha256)s. Hãy báo quản trị viên kiểm tra bản sao lưu cơ sở dữ liệu.")


def get_many(hashes: Iterable[bytes], granted: Container[str] = ()) -> dict[bytes, bytes | None]:
    """The plain bytes by their SHA-256; None for a piece whose label is not among `granted`. Unknown ones are absent.

    Raises labels.KeyMissing where the file of a granted label's key is lost.
    """
    rows = Blob.objects.filter(sha256__in=set(hashes)).values_list("sha256", "size", "label_key", "content")
    return {bytes(sha256): _plain(bytes(content), size, label, granted) for sha256, size, label, content in rows}


def get(sha256: bytes, granted: Container[str] = ()) -> bytes | None:
    """The plain bytes; None if their label is not among `granted`. Raises BlobMissing."""
    found = get_many([sha256], granted)
    if sha256 not in found:
        raise BlobMissing(sha256=sha256.hex())
    return found[sha256]


def _plain(content: bytes, size: int, label: str | None, granted: Container[str]) -> bytes | None:
    if label is not None:
        if not may_open(label, granted):
            return None
        content = open_bytes(content, label)
    return zstandard.ZstdDecompressor().decompress(content, max_output_size=size)
