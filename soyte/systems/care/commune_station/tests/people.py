"""Builders: a commune with its station and nurse, people who live there, visits that ask them to come again."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from soyte.clinical.documents.models import Appointment
from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, post, unit
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.commune_station import projecting
from soyte.systems.care.commune_station.models import FollowUp

# Two communes of Đồng Nai since 2025-07-01. Phường Tân Đồng, code of the old map, went into phường Bình Phước.
BINH_PHUOC, DONG_XOAI, OLD_TAN_DONG = "25195", "25210", "25198"
BACKEND = "soyte.kernel.accounts.backends.AccountBackend"

__all__ = ["facility", "person", "visit"]


def day(ago: int) -> dt.date:
    """A day before today; after it where `ago` is negative."""
    return timezone.localdate() - dt.timedelta(days=ago)


def moment(ago: int, hour: int = 8) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day(ago), dt.time(hour)))


def station(commune: str = BINH_PHUOC) -> Unit:
    known = Unit.objects.filter(kind=Unit.Kind.STATION, commune_code=commune).first()
    return known or unit(f"Trạm Y tế {commune}", kind="station", commune_code=commune)


def nurse(name: str = "Lê Thị Mai", commune: str = BINH_PHUOC):
    holder = account(display_name=name)
    post(holder, "station_nurse", station(commune))
    return actor_for(holder)


def seen(ago: int = 20, *, due: int | None = None, who=None, commune: str = BINH_PHUOC, **facts):
    """A visit that many days ago; `due`: the appointment that it made, as days ago (negative: to come)."""
    who = who or person("Trần Thị Hẹn", phone="0912345678")
    told = {"address": "Số 12, ấp 3, phường Bình Phước", "main_icd": "I10", "commune_code": commune, **facts}
    made = visit(at=moment(ago), who=who, **told)
    if due is not None:
        promise(made, due)
    return made


def promise(made, due: int) -> Appointment:
    return Appointment.objects.create(
        encounter=made, person=made.person, at=made.ended_at, source_table=14, source_line=1, due_on=day(due)
    )


def stay(ended: int = 2, **facts):
    """Somebody who came home from a hospital that many days ago."""
    return seen(ended + 4, kind="03", ended_at=moment(ended, 15), result_code="1", **facts)


def followed(*visits) -> list[FollowUp]:
    """The rows that stand, after the machine heard of these visits."""
    projecting.follow({(one.facility_code, one.visit_code) for one in visits})
    return list(FollowUp.objects.filter(stands=True).order_by("on_day", "pk"))


def replaced(old, due: int | None = None, **facts):
    """The visit sent again with other facts: the old version counts no more."""
    old.in_force = False
    old.save(update_fields=["in_force"])
    told = {"commune_code": old.commune_code, "ended_at": old.ended_at, "visit_code": old.visit_code, "kind": old.kind,
            "address": old.address, "main_icd": old.main_icd}  # fmt: skip
    made = visit(at=old.started_at, unit=old.unit, who=facts.pop("who", old.person), **(told | facts))
    if due is not None:
        promise(made, due)
    return made


def withdrawn(old):
    old.in_force, old.withdrawn_at = False, timezone.now()
    old.save(update_fields=["in_force", "withdrawn_at"])
    return old
