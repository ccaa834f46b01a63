"""The filter of the lists, and what is said of a call or a visit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.web import HouseRequest
from soyte.systems.care.commune_station import selectors
from soyte.systems.care.commune_station.lists import results
from soyte.systems.care.commune_station.models import FollowUp
from soyte.ui.fields import DayField
from soyte.ui.filters import TabbedFilterForm


class StationFilters(TabbedFilterForm):
    """The tab is one of the lists, `ap` the hamlet."""

    ap = forms.ChoiceField(label=_("Ấp, khu phố"))

    def __init__(self, request: HouseRequest) -> None:
        super().__init__(request, tabs=selectors.tabs(timezone.localdate(request.actor.now)))
        hamlets = selectors.hamlets(request.actor)
        self.offer("ap", _g("Mọi ấp, khu phố"), [(one, one) for one in hamlets])
        self.hamlet: str = self.values().get("ap", "")
        if not hamlets:
            del self.fields["ap"]


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class TickForm(VersionForm):
    result = forms.ChoiceField(label=_("Kết quả"), error_messages={"required": _("Chọn một kết quả.")})
    again_on = DayField(label=_("Hẹn lại ngày"))
    note = forms.CharField(label=_("Ghi thêm"), max_length=300, required=False)

    def __init__(self, *args: Any, row: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.results = results(row.kind, timezone.localdate())
        field = self.fields["result"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in self.results]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        asks = {one.code for one in self.results if one.asks_day}
        if told.get("result") in asks and not told.get("again_on") and "again_on" not in self.errors:
            self.add_error("again_on", _("Chọn ngày hẹn lại rồi bấm lại."))
        return told
