"""What waits for a station nurse or an officer of the CDC."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from soyte.kernel.access.actor import Actor
from soyte.systems.prevention.infectious_disease import selectors
from soyte.systems.prevention.infectious_disease.models import Outbreak
from soyte.ui.clocks import clock
from soyte.ui.components import Waiting


def waiting(actor: Actor) -> list[Waiting]:
    """Open reports with the clock of the first one, reports to look at again, signals that nobody has judged."""
    return [*_cases(actor), *_signals(actor)]


def _cases(actor: Actor) -> list[Waiting]:
    if not actor.holds("cases.write"):
        return []
    numbers, url = selectors.counts(actor), reverse("infectious_disease:cases")
    first = selectors.cases(actor).order_by("due_at", "id").first()
    tick = clock(first.due_at, now=actor.now, started=first.clock_started_at) if first else None
    return [
        Waiting(
            _("Ca bệnh phải báo cáo"), numbers["cho"], url, "virus", tick.tone if tick else "",
            [_("Hạn gần nhất của các phiếu đang mở")], tick,
        ),
        Waiting(
            _("Ca bệnh cần xem lại"), numbers["xem-lai"], f"{url}?xem=xem-lai", "refresh", "warn",
            [_("Cơ sở đã rút hoặc đổi lượt khám, hay có lượt khám mới")],
        ),
    ]  # fmt: skip


def _signals(actor: Actor) -> list[Waiting]:
    if not actor.holds("outbreaks.read"):
        return []
    signals = selectors.outbreaks(actor).filter(state=Outbreak.State.SIGNAL).count()
    says = _("Một xã có nhiều ca hơn hẳn cùng kỳ")
    return [Waiting(_("Cảnh báo chùm ca"), signals, reverse("infectious_disease:outbreaks"), "map-pin", "bad", [says])]
