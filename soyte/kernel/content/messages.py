"""The sentences of faults: what is wrong and how to mend it, for the officer who keeps the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from soyte.kernel.content.faults import Fault

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

# Codes with a dot are ours, the others pydantic's kinds of errors. Sentences name %(value)s and the fault's params.
_SENTENCES: dict[str, tuple[Text, Text]] = {
    "yaml": (_("Tệp YAML không đọc được: %(problem)s."), _("Sửa dấu cách đầu dòng, dấu hai chấm và dấu nháy.")),
    "manifest.name": (
        _("Mã của bộ danh mục là “%(value)s” nhưng tên tệp là “%(wanted)s”."),
        _("Ghi hai tên giống nhau."),
    ),
    "manifest.twice": (_("Mã “%(value)s” đã có ở %(other)s."), _("Đặt mã khác.")),
    "manifest.target": (_("Không có nơi nhận “%(value)s”."), _("Dùng một trong: %(known)s.")),
    "manifest.schema": (_("Không có khuôn “%(value)s” trong %(module)s."), _("Sửa tên khuôn hoặc viết khuôn đó.")),
    "csv.absent": (_("Không có tệp dòng của bộ danh mục."), _("Đặt tệp CSV cạnh tệp YAML, đúng tên đã khai.")),
    "csv.header": (_("Dòng tiêu đề thiếu hoặc có cột lặp: %(value)s."), _("Mỗi cột một tên, ở dòng đầu.")),
    "csv.width": (
        _("Dòng có %(value)s ô, tiêu đề có %(wanted)s cột."),
        _("Thêm hoặc bớt dấu phẩy; đặt ô có dấu phẩy trong dấu nháy kép."),
    ),
    "csv.broken": (_("Tệp CSV không đọc được: %(problem)s."), _("Lưu lại dưới dạng CSV, UTF-8.")),
    "row.version": (_("Không có phiên bản “%(value)s”."), _("Dùng một trong: %(known)s.")),
    "row.twice": (_("“%(value)s” đã có ở dòng %(first)s."), _("Giữ một dòng cho mỗi mã.")),
    "rows.overlap": (
        _("Hai dòng của “%(value)s” có hiệu lực cùng một ngày."),
        _("Cho dòng trước kết thúc vào ngày dòng sau bắt đầu."),
    ),
    "columns.field": (_("Không có trường “%(value)s” trong khuôn của bộ danh mục."), _("Sửa tên trường.")),
    "dates.order": (_("Ngày hết hiệu lực không sau ngày bắt đầu."), _("Sửa một trong hai ngày.")),
    "missing": (_("Thiếu giá trị."), _("Điền cột này.")),
    "extra_forbidden": (_("Cột này không có trong khuôn."), _("Bỏ cột hoặc sửa tên cột.")),
    "string_too_short": (_("Để trống."), _("Điền cột này.")),
    "string_too_long": (_("“%(value)s” dài quá %(max_length)s ký tự."), _("Viết ngắn lại.")),
    "string_pattern_mismatch": (_("“%(value)s” không đúng khuôn %(pattern)s."), _("Ghi theo khuôn của danh mục.")),
    "literal_error": (_("“%(value)s” không thuộc các giá trị %(expected)s."), _("Chọn một trong các giá trị đó.")),
    "int_parsing": (_("“%(value)s” không phải số nguyên."), _("Chỉ ghi chữ số.")),
    "decimal_parsing": (_("“%(value)s” không phải số."), _("Ghi chữ số, dấu chấm trước phần lẻ.")),
    "date_from_datetime_parsing": (_("“%(value)s” không phải ngày."), _("Ghi năm-tháng-ngày, ví dụ 2026-07-01.")),
    "greater_than_equal": (_("“%(value)s” nhỏ hơn %(ge)s."), _("Kiểm tra lại số.")),
    "greater_than": (_("“%(value)s” không lớn hơn %(gt)s."), _("Kiểm tra lại số.")),
    "less_than_equal": (_("“%(value)s” lớn hơn %(le)s."), _("Kiểm tra lại số.")),
}
_UNKNOWN = (_("“%(value)s” không hợp khuôn (%(code)s)."), _("So với các dòng bên cạnh."))


def register_sentence(code: str, what: Text, mend: Text) -> None:
    """Give a fault of a room's own schema its sentence and its mend."""
    _SENTENCES[code] = (what, mend)


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def sentence(fault: Fault) -> tuple[str, str]:
    """(what is wrong, how to mend it) in the reader's language."""
    what, mend = _SENTENCES.get(fault.code, _UNKNOWN)
    facts = _Facts({**fault.params, "value": fault.value, "code": fault.code})
    return str(what) % facts, str(mend) % facts


def line(fault: Fault) -> str:
    """One fault as one line of a terminal: file, line, field, what, mend."""
    what, mend = sentence(fault)
    place = f"{fault.path}:{fault.line}" if fault.line else fault.path
    return f"{place}: {fault.field + ': ' if fault.field else ''}{what} {mend}"
