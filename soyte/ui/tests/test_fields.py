"""Boxes of days and months: what they take, what they show, what they say."""

from datetime import date

import pytest
from django import forms
from django.test import RequestFactory
from django.utils import translation

from soyte.ui.fields import DayField, MonthField
from soyte.ui.filters import FilterForm
from soyte.ui.tests.test_parts import render

DAY = date(2026, 3, 5)


class Sheet(forms.Form):
    on = DayField(label="Ngày cấp", missing="Thiếu ngày cấp.")
    until = DayField(label="Đến ngày")
    month = MonthField(label="Từ tháng")


class Bar(FilterForm):
    on = DayField(label="Nhận ngày")


@pytest.mark.parametrize("typed", ["5/3/2026", "05-03-2026", "05032026", "2026-03-05"])
def test_a_day_is_taken_as_people_type_it_and_shown_one_way(typed):
    form = Sheet({"on": typed, "month": "3/2026"})
    assert form.is_valid() and form.cleaned_data == {"on": DAY, "until": None, "month": date(2026, 3, 1)}
    shown = render("{% field form.on %}{% field form.month %}", form=form)
    assert 'value="05/03/2026"' in shown and 'value="03/2026"' in shown
    assert 'type="date"' not in shown and 'inputmode="numeric"' in shown
    assert 'aria-label="Ngày cấp: chọn trong lịch"' in shown


def test_a_day_that_is_none_is_named_kept_and_told_how_to_mend():
    form = Sheet({"on": "31/02/2026", "until": "5/3/26", "month": "13/2026"})
    with translation.override("vi"):
        assert [told[0] for told in form.errors.values()] == [
            "Ngày cấp: “31/02/2026” không phải là ngày. Ghi ngày/tháng/năm, ví dụ 05/03/2026.",
            "Đến ngày: “5/3/26” không phải là ngày. Ghi ngày/tháng/năm, ví dụ 05/03/2026.",
            "Từ tháng: “13/2026” không phải là tháng. Ghi tháng/năm, ví dụ 03/2026.",
        ]
    assert 'value="31/02/2026"' in render("{% field form.on %}", form=form)
    assert Sheet({}).errors == {"on": ["Thiếu ngày cấp."]}


def test_what_a_form_begins_with_is_shown_as_a_day():
    assert 'value="05/03/2026"' in render("{% field form.on %}", form=Sheet(initial={"on": DAY}))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_filter_that_is_no_day_is_told_once(headers):
    request = RequestFactory().get("/", {"on": "31/02/2026"}, headers=headers)
    shown = render("{% filters form %}{% tokens form %}", form=Bar(request))
    bar, tokens = shown.split("</form>")
    assert "không phải là ngày" in bar
    assert ("không phải là ngày" in tokens) == bool(headers)  # scripts take the part below the bar alone
