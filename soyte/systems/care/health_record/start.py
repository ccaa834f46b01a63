"""A doctor's day begins with finding a person."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.kernel.audit.services import record_reads
from soyte.kernel.text import format as words
from soyte.systems.care.health_record.pages import people as people_words
from soyte.systems.care.health_record.selectors.readers import recently_opened
from soyte.ui.components import Finder, Recent


def finder(actor: Actor) -> Finder | None:
    """The search for a person, with those whose record this account opened lately and that is still open to it."""
    if not actor.holds("record.search") or not actor.holds("record.read"):
        return None
    return Finder(
        title=_("Tìm và mở lại hồ sơ"),
        label=_("Tìm người bệnh"),
        help=_(
            "Họ tên (có dấu hay không, thứ tự nào cũng được), số định danh, số thẻ bảo hiểm y tế, điện thoại, ngày sinh."
        ),
        example=_("ví dụ: nguyen thi hoa 1968"),
        url=reverse("health_record:search"),
        recent_title=_("Bạn đã mở gần đây"),
        recent=_recent(actor),
    )


def _recent(actor: Actor) -> list[Recent]:
    opened = recently_opened(actor)
    if opened:
        record_reads(actor, [person.pk for person, _at in opened], "recent", action="record.search")
    digits = people_words.told_apart(person for person, _at in opened)
    return [
        Recent(
            person.full_name,
            people_words.in_a_line(person, digits),
            reverse("health_record:record", args=[person.pk]),
            words.instant(at),
        )
        for person, at in opened
    ]
