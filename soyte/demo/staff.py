"""What the demo's officers have done by now: reports made, the outbreak confirmed, so that open clocks are today's.

`work` is safe to call at every start: it does what has fallen due since. Whatever it writes says that it is invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from soyte.kernel.access.actor import Actor, actor_for
from soyte.kernel.accounts.models import Account
from soyte.kernel.outbox.consumers import consume, consumers
from soyte.systems.prevention.infectious_disease import services
from soyte.systems.prevention.infectious_disease.models import CaseReport, Outbreak, OutbreakAct
from soyte.systems.prevention.infectious_disease.selectors import OPEN_STATES
from soyte.systems.prevention.infectious_disease.watch import watch_of

OFFICER = "cdc"  # a name of accounts.ROLES
LEFT = timedelta(hours=12)  # what fell due within so many hours is still to be done
INVENTED = "Dữ liệu minh hoạ"
What, State = OutbreakAct.What, Outbreak.State
ACTS = ((1, What.INQUIRY), (2, What.VECTOR), (3, What.TEACHING))  # days after the last case


def work(now: datetime | None = None) -> None:
    """Deal with what is due at a moment, now if none is given."""
    moment = now or timezone.now()
    for consumer in consumers():
        while consume(consumer):
            pass
    officer = actor_for(Account.objects.get(username=OFFICER))
    _report(officer, moment)
    _decide(officer, moment)


def _report(officer: Actor, now: datetime) -> None:
    """Every report that should have been made has been made."""
    due = CaseReport.objects.filter(state__in=OPEN_STATES, labels=[], due_at__lte=now - LEFT).order_by("due_at", "pk")
    for case_id, version in due.values_list("pk", "version"):
        services.report(officer, case_id, version=version, number=f"MH-{case_id.hex[-10:].upper()}")


def _decide(officer: Actor, now: datetime) -> None:
    """The signals with a case lately are outbreaks at work; older ones were none."""
    today = timezone.localdate(now)
    for signal in Outbreak.objects.filter(state=State.SIGNAL).order_by("pk"):
        quiet = timedelta(days=watch_of(signal.disease_code, today).quiet_days)
        runs = today - signal.last_on < quiet
        reason = f"{INVENTED}: " + ("ca bệnh có liên quan dịch tễ" if runs else "không thêm ca, không liên quan")
        decision = State.OPEN if runs else State.DISMISSED
        services.decide_outbreak(officer, signal.pk, version=signal.version, decision=decision, reason=reason)
        for days, what in ACTS if runs else ():
            day = min(today, signal.last_on + timedelta(days=days))
            services.note_act(officer, signal.pk, what=what, done_on=day, text=INVENTED)
