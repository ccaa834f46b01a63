"""Lists that stay quick at any depth: the next page starts after the last row seen, not at row number N.

The address carries only the key of that row; its sorting values are read again from the database, so that no name
or number of a person stands in an address or a log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

SORT, AFTER, BEFORE = "xep", "sau", "truoc"
SIZE = 50
COUNT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. `sort` is the key of the order in force, `descending` whether it was turned round."""

    rows: list[Any]
    sort: str
    descending: bool
    next_url: str
    previous_url: str
    request: HttpRequest
    orders: Mapping[str, Sequence[str]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def sort_url(self, key: str) -> str:
        """The same list from its start in this order; in the other direction if it already has it."""
        turned = key == self.sort and not self.descending
        return address(self.request, **{SORT: f"-{key}" if turned else key, AFTER: None, BEFORE: None})

    def sort_state(self, key: str) -> str:
        """ascending or descending for the column in force, else empty: aria-sort."""
        if key != self.sort:
            return ""
        starts_down = self.orders[key][0].startswith("-")
        return "descending" if starts_down != self.descending else "ascending"


def page(
    queryset: QuerySet[Any],
    request: HttpRequest,
    order: Sequence[str] | Mapping[str, Sequence[str]],
    *,
    size: int = SIZE,
) -> Page:
    """The page of `queryset` that the address asks for.

    `order` is a list of field paths, or several of them by sort key, the first being the default. Each list must end
    in something unique ("-received_at", "-id"), its fields must not be null and must be fields of the model (no
    annotations). A key in the address that no row has gives the first page.
    """
    orders = order if isinstance(order, Mapping) else {"": order}
    sort, turned = _asked_order(request, orders)
    fields = _turned(orders[sort]) if turned else list(orders[sort])
    after, before = request.GET.get(AFTER, ""), request.GET.get(BEFORE, "")
    edge = _edge(queryset.model, after or before, fields) if after or before else None
    backwards = bool(edge and not after)
    walked = _turned(fields) if backwards else fields
    wanted = queryset.order_by(*walked)
    if edge:
        wanted = wanted.filter(_beyond(walked, edge))
    found = list(wanted[: size + 1])
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (bool(edge), more) if backwards else (more, bool(edge))
    return Page(
        rows=rows,
        sort=sort,
        descending=turned,
        request=request,
        orders=orders,
        next_url=address(request, **{AFTER: str(rows[-1].pk), BEFORE: None}) if rows and has_next else "",
        previous_url=address(request, **{BEFORE: str(rows[0].pk), AFTER: None}) if rows and has_previous else "",
    )


def address(request: HttpRequest, **changes: str | None) -> str:
    """This page's address with some of its parameters changed or, by None, left out."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    for name in [name for name in query if not any(query.getlist(name))]:
        del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _asked_order(request: HttpRequest, orders: Mapping[str, Sequence[str]]) -> tuple[str, bool]:
    asked = request.GET.get(SORT, "")
    key = asked.removeprefix("-")
    return (key, asked.startswith("-")) if key in orders else (next(iter(orders)), False)


def _turned(fields: Sequence[str]) -> list[str]:
    return [field[1:] if field.startswith("-") else f"-{field}" for field in fields]


def _edge(model: type[Model], key: str, fields: Sequence[str]) -> tuple[Any, ...] | None:
    """The sorting values of the row that the last page ended with, even if it has left the list meanwhile."""
    names = [field.removeprefix("-") for field in fields]
    try:
        return model._base_manager.filter(pk=key).values_list(*names).first()
    except (ValueError, ValidationError):
        return None


def _beyond(fields: Sequence[str], edge: tuple[Any, ...]) -> Q:
    """Rows that stand after `edge` in this order: (a, b) > (x, y), written so that each direction may differ.

    The first comparison alone (a >= x) is added because an index can use it, which it cannot with the alternatives.
    """
    beyond, equal = Q(), Q()
    for field, value in zip(fields, edge, strict=True):
        name, comparison = (field[1:], "lt") if field.startswith("-") else (field, "gt")
        beyond |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
    first = fields[0]
    name, comparison = (first[1:], "lte") if first.startswith("-") else (first, "gte")
    return Q(**{f"{name}__{comparison}": edge[0]}) & beyond


@dataclass(frozen=True, slots=True)
class Count:
    """A count that stops at a limit: `more` says that there are more than `number`."""

    number: int
    more: bool


def capped_count(queryset: QuerySet[Any], *, limit: int = COUNT_LIMIT) -> Count:
    """How many rows, without walking a million of them for a number that nobody reads."""
    number = queryset.order_by()[: limit + 1].count()
    return Count(min(number, limit), number > limit)
