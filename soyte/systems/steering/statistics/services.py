"""Freezing a table: from then on it stands as it was reported."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record
from soyte.kernel.digests import digest
from soyte.kernel.errors import DomainError
from soyte.kernel.outbox.services import emit
from soyte.systems.steering.statistics.models import FrozenReport
from soyte.systems.steering.statistics.selectors import content_of
from soyte.systems.steering.statistics.tables import TableQuestion, table


class PeriodNotOver(DomainError):
    code = "reports.period_not_over"
    message = _("Kỳ báo cáo chưa kết thúc (%(end)s). Chốt từ ngày hôm sau, hoặc chọn kỳ đã xong.")


class NobodyFreezes(DomainError):
    code = "reports.nobody"
    message = _("Báo cáo phải do một người có chức danh chốt.")


@transaction.atomic
def freeze(actor: Acting, question: TableQuestion) -> FrozenReport:
    """Keep the table as the actor sees it now. Raises Refused, PeriodReversed, PeriodNotOver."""
    actor.require("reports.freeze")
    if question.end >= timezone.localdate():
        raise PeriodNotOver(end=question.end.strftime("%d/%m/%Y"))
    found = table(question, actor=actor)
    content = content_of(found)
    _post, unit = actor.post_for("reports.freeze")
    if unit is None or actor.account_id is None:
        raise NobodyFreezes()
    report = FrozenReport.objects.create(
        form=question.form.code,
        layout_day=question.layout_day,
        start=question.start,
        end=question.end,
        where={name: list(keys) for name, keys in question.where.items()},
        on_map=question.on_map,
        content=content,
        sha256=digest(content),
        as_of=found.as_of,
        unit_id=unit,
        frozen_by_id=actor.account_id,
        frozen_at=timezone.now(),
    )
    record(actor, "reports.freeze", obj=report, details={"form": report.form, "sha256": report.sha256})
    emit("reports.frozen", str(report.pk), {"form": report.form, "start": str(report.start), "end": str(report.end)})
    return report
