"""The classes of sensitive facts. Which codes belong to which, and from when, is content of clinical/terminology."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

TITLES = {
    "hiv": _("HIV/AIDS"),
    "mental": _("Sức khỏe tâm thần"),
    "substance": _("Nghiện chất"),
    "abortion": _("Đình chỉ thai nghén"),
    "sti": _("Bệnh lây truyền qua đường tình dục"),
    "violence": _("Bạo lực, xâm hại"),
    "adolescent": _("Sức khỏe sinh sản vị thành niên"),
    "self_harm": _("Tự gây hại"),
    "reproductive": _("Sức khỏe sinh sản"),
    "genetic": _("Bệnh di truyền"),
    "family": _("Chuyện gia đình"),
    "stigma": _("Bệnh dễ bị kỳ thị"),
    "tuberculosis": _("Lao"),
}
_LABEL = re.compile(r"[a-z][a-z0-9_]*")
JOINT = "+"


def title(label: str) -> str:
    """The Vietnamese name of a label; a label that a department added is shown by its code."""
    return str(TITLES.get(label, label))


def joined(labels: Iterable[str]) -> str | None:
    """Several labels as one name under which to seal: their grants are then all needed. None for no label."""
    return JOINT.join(sorted(set(labels))) or None


def parts(label: str) -> list[str]:
    """The single labels of a joined one. Raises ValueError on anything that is no label: it would become a file name."""
    single = label.split(JOINT)
    if not all(_LABEL.fullmatch(part) for part in single):
        raise ValueError(f"not a label: {label!r}")
    return single
