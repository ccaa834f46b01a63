"""The stay itself: its days, its outcome, its cards, its short length."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from soyte.formats.visitfile import Finding, Row, split_list
from soyte.systems.care.visit_intake.rules.context import Context, amount, day, moment, row_finding, shown_day
from soyte.systems.care.visit_intake.rules.tabular import table

NO_DAYS = frozenset({"01", "07", "09"})
CALENDAR_DAYS = frozenset({"02", "03", "04", "06"})
SHORTEST_MINUTES = 5
LEAVES = (
    ("XML7", "NGOAITRU_TUNGAY", "NGOAITRU_DENNGAY", "SO_NGAY_NGHI"),
    ("XML10", "TU_NGAY", "DEN_NGAY", "SO_NGAY"),
    ("XML11", "TU_NGAY", "DEN_NGAY", "SO_NGAY_NGHI"),
)
LAST_DAY_OF_4210 = date(2024, 6, 30)


def day_findings(context: Context) -> Iterator[Finding]:
    """SO_NGAY_DTRI by the kind of visit: none for an examination, first and last day included for a stay."""
    written = amount(context.get("SO_NGAY_DTRI"))
    started = day(context.get("NGAY_VAO"))
    if context.old or written is None or not context.get("SO_NGAY_DTRI"):
        return
    if context.kind in NO_DAYS and written != 0:
        yield context.summary_finding("stay.SO_NGAY_DTRI.none", "SO_NGAY_DTRI", expected="0", kind=context.kind)
    elif context.kind in CALENDAR_DAYS and started and context.ended_on and context.ended_on >= started:
        expected = (context.ended_on - started).days + 1
        if written != expected:
            yield context.summary_finding(
                "stay.SO_NGAY_DTRI.calendar",
                "SO_NGAY_DTRI",
                expected=str(expected),
                start=shown_day(started),
                end=shown_day(context.ended_on),
            )


def leave_findings(context: Context) -> Iterator[Finding]:
    """Days of leave on a paper against its own first and last day."""
    for name, first, last, count in LEAVES:
        for row in context.rows(name):
            start, end = day(row.values.get(first, "")), day(row.values.get(last, ""))
            written = amount(row.values.get(count, ""))
            if start and end and end >= start and row.values.get(count) and written is not None:
                expected = (end - start).days + 1
                if written != expected:
                    yield row_finding(
                        f"leave.{name}.days",
                        name,
                        row,
                        count,
                        expected=str(expected),
                        start=shown_day(start),
                        end=shown_day(end),
                    )


def outcome_findings(context: Context) -> Iterator[Finding]:
    """A result of treatment that denies the way of leaving (`outcome_contradictions.csv`)."""
    result, leaving = context.get("KET_QUA_DTRI"), context.get("MA_LOAI_RV")
    for row in table("outcome_contradictions"):
        if row["KET_QUA_DTRI"] == result and leaving in row["MA_LOAI_RV"].split():
            yield context.summary_finding("outcome.contradiction", "KET_QUA_DTRI", result=result, leaving=leaving)


def generation_findings(context: Context) -> Iterator[Finding]:
    """A visit in the format of 2017 that ended after the format did."""
    if context.old and context.ended_on and context.ended_on > LAST_DAY_OF_4210:
        yield context.summary_finding("visit.format_4210_ended", "NGAY_RA", shown=shown_day(context.ended_on))


def length_findings(context: Context) -> Iterator[Finding]:
    """A visit of a few minutes."""
    start, end = moment(context.get("NGAY_VAO")), moment(context.get("NGAY_RA"))
    if start and end and len(start) == len(end) == 12 and start[:8] == end[:8]:
        minutes = (int(end[8:10]) - int(start[8:10])) * 60 + int(end[10:]) - int(start[10:])
        if 0 <= minutes < SHORTEST_MINUTES:
            yield context.summary_finding("stay.very_short", "NGAY_RA", minutes=str(minutes))


class Card(NamedTuple):
    """One insurance card of a visit with the days that the file gives it."""

    number: str
    valid_from: date | None
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    @property
    def shown(self) -> str:
        """The last digits, enough for its own sender to know it by."""
        return f"…{self.number[-4:]}"

    @property
    def level(self) -> str:
        """The benefit digit of a long card, "" for a card that prints only its ten digits."""
        return self.number[2] if len(self.number) == 15 else ""


def cards(context: Context) -> list[Card]:
    """The cards of XML1, side by side with their days."""
    numbers = split_list(context.get("MA_THE" if context.old else "MA_THE_BHYT"))
    starts, ends = split_list(context.get("GT_THE_TU")), split_list(context.get("GT_THE_DEN"))
    return [
        Card(number, day(_at(starts, place)), day(_at(ends, place))) for place, number in enumerate(numbers) if number
    ]


def card_findings(context: Context) -> Iterator[Finding]:
    """Cards and their days: as many of each, in order, and every line judged by the card of its own day."""
    field = "MA_THE" if context.old else "MA_THE_BHYT"
    numbers = split_list(context.get(field))
    for other in ("GT_THE_TU", "GT_THE_DEN", "MA_DKBD"):
        count = len(split_list(context.get(other)))
        if numbers and count and count != len(numbers):
            yield context.summary_finding(
                "cards.unequal", other, cards=str(len(numbers)), count=str(count), other=other
            )
    held = cards(context)
    for card in held:
        if card.valid_from and card.valid_to and card.valid_to < card.valid_from:
            yield context.summary_finding("cards.ends_before_start", "GT_THE_DEN", card=card.shown)
    if context.insured and held:
        yield from _lines_by_card(context, held)


def _lines_by_card(context: Context, held: list[Card]) -> Iterator[Finding]:
    bounded = [card for card in held if card.valid_from or card.valid_to]
    for name in ("XML2", "XML3"):
        for row in context.rows(name):
            on = day(row.values.get("NGAY_YL", ""))
            if on is None or (amount(row.values.get("T_BHTT", "")) or 0) <= 0:
                continue
            valid = [card for card in held if card.holds(on)]
            if bounded and not valid:
                yield row_finding("cards.none_on_day", name, row, "NGAY_YL", shown=shown_day(on))
            elif len(held) > 1 and valid:
                yield from _line_level(name, row, valid, on)


def _line_level(name: str, row: Row, valid: list[Card], on: date) -> Iterator[Finding]:
    """With several cards a line's level is that of the card of its day, 100 being always possible."""
    written = row.values.get("MUC_HUONG", "")
    levels = {percent for card in valid if (percent := _percent(card, on)) is not None}
    if not written or not levels or amount(written) is None:
        return
    if amount(written) != 100 and amount(written) not in levels:
        yield row_finding(
            "cards.level_of_day",
            name,
            row,
            "MUC_HUONG",
            shown=shown_day(on),
            expected=", ".join(str(level) for level in sorted(levels)),
            card=", ".join(card.shown for card in valid),
        )


def _percent(card: Card, on: date) -> int | None:
    for row in table("card_levels"):
        start, end = row["valid_from"] or "0001-01-01", row["valid_to"] or "9999-12-31"
        if row["level"] == card.level and start <= on.isoformat() <= end:
            return int(row["percent"])
    return None


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""
