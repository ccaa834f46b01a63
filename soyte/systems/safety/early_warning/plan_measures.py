"""What the plan asks of alerts: that they are answered in time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.systems.safety.early_warning.models import Alert
from soyte.systems.steering.plan_targets.public import Measure, Measured, Share

DAYS = 30


def _answered(on: date) -> Measured:
    """Of the alerts whose clock ended in the last thirty days, those that somebody had dealt with by then."""
    until = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    until = min(until, timezone.now())
    ended = Alert.objects.filter(due_at__gte=until - timedelta(days=DAYS), due_at__lt=until)
    in_time = Count("pk", filter=Q(answered_at__lte=F("due_at")))
    rows = ended.order_by("unit__name_folded").values_list("unit__facility_code", "unit__name")
    found = list(rows.annotate(part=in_time, whole=Count("pk")))
    by_unit = tuple(Share(part, whole, str(code or ""), name) for code, name, part, whole in found)
    return Measured(Share(sum(each.part for each in by_unit), sum(each.whole for each in by_unit)), by_unit)


MEASURES = (Measure("alerts_answered", _("Cơ sở"), _answered),)
