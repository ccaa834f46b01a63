"""What happens to visits, as the intake does it: sent, sent again, withdrawn, checked in; each with its event."""

from __future__ import annotations

import datetime as dt
from itertools import count

from django.utils import timezone

from soyte.clinical.encounters.models import CheckIn, Encounter
from soyte.clinical.encounters.tests.visits import facility, person, visit
from soyte.kernel.outbox.services import emit

FIRST = dt.date(2026, 6, 10)
_order = count(1)


def moment(day: dt.date, hour: int = 8) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def send(code: str, facility_code: str, day: dt.date, *, nights: int = 0, **facts: object) -> Encounter:
    """A version of the visit comes into force; the one before goes out, and so does its check-in."""
    key = {"facility_code": facility_code, "visit_code": code, "in_force": True}
    Encounter.objects.filter(**key).update(in_force=False)
    stay = {"admitted_at": moment(day, 10), "kind": "03", "treatment_days": nights} if nights else {}
    sent = visit(
        at=moment(day),
        ended_at=moment(day + dt.timedelta(days=nights), 15),
        unit=facility(facility_code),
        who=person(),
        visit_code=code,
        **{**stay, **facts},
    )
    CheckIn.objects.filter(**key).update(in_force=False, encounter=sent)
    emit("encounters.recorded", str(sent.pk))
    return sent


def check_in(code: str, facility_code: str, day: dt.date, *, nights: int = 0, **facts: object) -> CheckIn | None:
    """Somebody comes; nothing of a visit that was sent already."""
    if Encounter.objects.filter(facility_code=facility_code, visit_code=code).exists():
        return None
    CheckIn.objects.filter(facility_code=facility_code, visit_code=code).update(in_force=False)
    came = CheckIn.objects.create(
        unit=facility(facility_code),
        facility_code=facility_code,
        visit_code=code,
        full_name="Trần Thị Hoa",
        birth_written="196803040000",
        sex="2",
        kind="03" if nights else "01",
        started_at=moment(day, 7),
        admitted_at=moment(day, 9) if nights else None,
        received_at=moment(day, 9),
        received_order=next(_order),
        in_force=True,
        source_receipt_id=1,
        commune_code=str(facts.get("commune_code", "")),
        labels=facts.get("labels", []),
    )
    emit("encounters.checked_in", str(came.pk))
    return came


def withdraw(code: str, facility_code: str) -> None:
    found = Encounter.objects.filter(facility_code=facility_code, visit_code=code, in_force=True).first()
    if found:
        found.in_force, found.withdrawn_at = False, timezone.now()
        found.save()
        emit("encounters.withdrawn", str(found.pk))
