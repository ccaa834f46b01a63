"""A received file with its people masked, so that nobody mails patients' data to get help."""

from __future__ import annotations

from collections.abc import Container

from django.utils.translation import gettext_lazy as _

from soyte.formats.visitfile.deidentify import deidentify
from soyte.kernel.actors import EVERY_LABEL
from soyte.kernel.errors import DomainError
from soyte.kernel.files.selectors import get_many
from soyte.systems.care.visit_intake.models import Receipt, SourcePiece

MOST_BYTES = 16 << 20


class TooLargeToMask(DomainError):
    code = "visit_intake.too_large_to_mask"
    message = _("Tệp lớn hơn %(most)s MB nên không ẩn danh được ở đây. Tách tệp, gửi lại phần lỗi rồi tải bản ẩn danh.")


class AllBarred(DomainError):
    code = "visit_intake.all_barred"
    message = _("Mọi lượt khám trong tệp mang nhãn bảo vệ nên không có bản ẩn danh để tải.")


def masked_file(receipt: Receipt, *, granted: Container[str]) -> bytes:
    """The file de-identified, without the visits whose label is not granted: their codes alone would tell.

    Raises TooLargeToMask, AllBarred, NotDeidentifiable (no text).
    """
    if receipt.size > MOST_BYTES:
        raise TooLargeToMask(most=MOST_BYTES >> 20)
    pieces = list(SourcePiece.objects.filter(receipt=receipt).order_by("seq").values_list("seq", "blob_id"))
    labels = dict(receipt.visits.values_list("seq", "labels"))
    open_pieces = [bytes(blob) for seq, blob in pieces if all(label in granted for label in labels.get(seq, ()))]
    if labels and len(open_pieces) <= len(pieces) - len(labels):
        raise AllBarred()
    contents = get_many(open_pieces, EVERY_LABEL)
    encoding = "" if receipt.encoding == "utf-8" else receipt.encoding
    return deidentify(b"".join(contents[blob] or b"" for blob in open_pieces), encoding=encoding)
