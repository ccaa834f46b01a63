"""The named texts of papers, with their Vietnamese titles, in the order in which a page prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TITLES: dict[str, str | _StrPromise] = {
    "reason": _("Lý do"),
    "course": _("Diễn biến lâm sàng"),
    "stage": _("Giai đoạn bệnh"),
    "consultation": _("Hội chẩn"),
    "operation": _("Phẫu thuật, thủ thuật"),
    "history": _("Quá trình bệnh lý"),
    "signs": _("Dấu hiệu lâm sàng"),
    "admission_diagnosis": _("Chẩn đoán vào viện"),
    "diagnosis": _("Chẩn đoán ra viện"),
    "results": _("Tóm tắt kết quả"),
    "services": _("Dịch vụ kỹ thuật đã làm"),
    "medicines": _("Thuốc đã dùng"),
    "treatment": _("Phương pháp điều trị"),
    "condition_at_transfer": _("Tình trạng lúc chuyển"),
    "plan": _("Hướng điều trị"),
    "termination_cause": _("Nguyên nhân đình chỉ thai"),
    "father": _("Họ tên cha"),
    "mother": _("Họ tên mẹ"),
    "guardian": _("Người giám hộ"),
    "child": _("Họ tên con"),
    "child_condition": _("Tình trạng con"),
    "birth_place": _("Nơi sinh"),
    "midwife": _("Người đỡ đẻ"),
    "writer": _("Người ghi phiếu"),
    "doctor": _("Bác sĩ"),
    "escort": _("Người hộ tống"),
    "escort_title": _("Chức danh người hộ tống"),
    "transport": _("Phương tiện vận chuyển"),
    "employer": _("Đơn vị làm việc"),
    "chair": _("Người chủ trì"),
    "introduced_by": _("Nơi giới thiệu"),
    "examination": _("Kết quả khám"),
    "proposal": _("Đề nghị"),
    "finding": _("Được xác định"),
    "note": _("Ghi chú"),
}
