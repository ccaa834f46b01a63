"""One field of a form, and the summary of what must be mended."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from soyte.ui.fields import DayInput
from soyte.ui.filters import FilterForm

register = template.Library()


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, wide: bool = False, classes: str = "") -> dict[str, Any]:
    """Label, help, control and error of one field, tied together for a screen reader."""
    widget = bound.field.widget
    many = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    check = isinstance(widget, CheckboxInput)
    described = " ".join(
        filter(
            None, [f"{bound.auto_id}_help" if bound.help_text else "", f"{bound.auto_id}_error" if bound.errors else ""]
        )
    )
    attrs: dict[str, str | bool] = {
        "maxlength": False,  # a browser cuts a pasted text without a word; the server says so and keeps it
        "class": " ".join(
            filter(
                None,
                [
                    _control_class(widget, many=many, check=check),
                    widget.attrs.get("class", ""),
                    "is-invalid" if bound.errors and not many else "",
                ],
            )
        ),
    }
    if described and not many:
        attrs["aria-describedby"] = described
    if bound.errors and not many:
        attrs["aria-invalid"] = "true"
    if many:
        widget.attrs["class"] = attrs["class"]  # options are drawn one by one and take the widget's own attributes
    return {
        "mark": _mark(bound),
        "field": bound,
        "control": "" if many else bound.as_widget(attrs=attrs),
        "check": check,
        "many": many,
        "wide": wide,
        "classes": classes,
        "described": described,
        "options": list(bound) if many else [],
    }


@register.simple_tag
def day_box(name: str, label: str, row: Any, value: str = "") -> SafeString:
    """The day box of a form that stands in each row of a list, with the id "<name>-<row>"; its label stands beside it."""
    return DayInput(label).render(name, value, {"id": f"{name}-{row}", "class": "form-control"})


def _mark(bound: BoundField) -> str:
    """What is said beside the label: of required and optional fields the rarer kind is marked. A filter bar marks none."""
    if isinstance(bound.form, FilterForm):
        return ""
    fields = [field for field in bound.form.fields.values() if not field.widget.is_hidden]
    required = sum(field.required for field in fields)
    if 2 * required < len(fields):
        return _("(bắt buộc)") if bound.field.required else ""
    return "" if bound.field.required else _("(không bắt buộc)")


def _control_class(widget: Any, *, many: bool, check: bool) -> str:
    if many or check:
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What must be mended, each a link to its field; takes the focus."""
    fields = [(bound, bound.errors[0]) for bound in form if bound.errors]
    return {"fields": fields, "others": list(form.non_field_errors()), "number": len(fields)}
