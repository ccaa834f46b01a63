"""Builders: communes with their stations, who works there, and visits with a notifiable diagnosis."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.kernel.access.tests.people import account, actor, post, unit
from soyte.kernel.organisations.models import Unit
from soyte.systems.prevention.infectious_disease.drafting import draft_reports
from soyte.systems.prevention.infectious_disease.models import CaseReport

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Two communes of Đồng Nai since 2025-07-01, and two of the old ones.
BINH_PHUOC, DONG_XOAI = "25195", "25210"
HOSPITAL = "70001"

__all__ = ["account", "actor", "facility", "person", "post", "unit", "visit"]


def at(text: str) -> dt.datetime:
    """ "2026-09-10 08:00" in Vietnam."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def station(commune: str = BINH_PHUOC, name: str = "") -> Unit:
    known = Unit.objects.filter(kind=Unit.Kind.STATION, commune_code=commune).first()
    return known or unit(name or f"Trạm Y tế {commune}", kind="station", commune_code=commune)


def cdc() -> Unit:
    return Unit.objects.filter(kind=Unit.Kind.CDC).first() or unit("CDC", kind="cdc", commune_code=BINH_PHUOC)


def hospital() -> Unit:
    return facility(HOSPITAL, commune_code=BINH_PHUOC)


def ill(icd: str = "A97.0", *, when: str = "2026-09-10 08:00", received: str = "", commune: str = BINH_PHUOC, **facts):
    """A visit with this main diagnosis whose file came an hour after its end, unless told otherwise."""
    began = at(when)
    ended = facts.pop("ended_at", began + dt.timedelta(hours=1))
    told = {"main_icd": icd, "commune_code": commune, "ended_at": ended, "unit": hospital(), **facts}
    return visit(at=began, received_at=at(received) if received else ended + dt.timedelta(hours=1), **told)


def drafted(*visits) -> list[CaseReport]:
    """All reports, after the machine heard of these visits."""
    draft_reports({(one.facility_code, one.visit_code) for one in visits})
    return list(CaseReport.objects.order_by("seen_at", "kind"))


def replaced(old, **facts):
    """The visit sent again, with other facts: the old version counts no more."""
    old.in_force = False
    old.save(update_fields=["in_force"])
    told = {"main_icd": old.main_icd, "commune_code": old.commune_code, "ended_at": old.ended_at,
            "visit_code": old.visit_code, "labels": old.labels, **facts}  # fmt: skip
    return visit(at=old.started_at, unit=old.unit, who=old.person, **told)


def withdrawn(old):
    old.in_force, old.withdrawn_at = False, old.received_at + dt.timedelta(days=1)
    old.save(update_fields=["in_force", "withdrawn_at"])
    return old
