"""Money of the lines: quantity by price, what the insurer pays of it, and by which card.

Rules 1-5 of the annexes of QĐ 130 and 4750. A line's own amount against quantity by price refuses the visit (its
severity says so); what the insurer pays only warns, and is not judged where the line is not insured or somebody else
pays too, since files then write it in more than one lawful way.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain

from soyte.formats.visitfile import Finding, Row
from soyte.systems.care.visit_intake.rules.context import ZERO, Context, amount, row_finding, shown_amount
from soyte.systems.care.visit_intake.rules.sums import TOLERANCE, is_supply

HUNDRED = Decimal(100)
CENT = Decimal("0.01")
_OUTSIDE_SOURCES = ("T_NGUONKHAC_NSNN", "T_NGUONKHAC_VTNN", "T_NGUONKHAC_VTTN", "T_NGUONKHAC_CL")
# A shared bed or a second examination lowers the insured amount too; other services keep it or lower it, both met.
RATE_LOWERS_INSURED = frozenset({"13", "14", "15", "16"})


def money_findings(context: Context) -> Iterator[Finding]:
    """Findings of the lines of XML2 and XML3. 4210 has no formula of a line."""
    if context.old:
        return
    for row in context.rows("XML2"):
        yield from _line(context, "XML2", row, price="DON_GIA", insured_price="DON_GIA", service_rate="")
    for row in context.rows("XML3"):
        yield from _line(
            context, "XML3", row, price="DON_GIA_BV", insured_price="DON_GIA_BH", service_rate="TYLE_TT_DV"
        )


def _line(
    context: Context, name: str, row: Row, *, price: str, insured_price: str, service_rate: str
) -> Iterator[Finding]:
    values = row.values
    rate = _rate(values.get(service_rate, "")) if service_rate else HUNDRED
    quantity, unit = _factor(values.get("SO_LUONG", "")), _factor(values.get(price, ""))
    whole = amount(values.get("THANH_TIEN_BV", ""))
    if quantity is not None and unit is not None and rate is not None and whole is not None:
        expected = _round(quantity * unit * rate / HUNDRED)
        if abs(whole - expected) > TOLERANCE:
            yield _off("line.THANH_TIEN_BV", name, row, "THANH_TIEN_BV", expected, whole, of=_whole_formula(row, price))
    if _split_is_judged(context, row):
        yield from _insured_part(name, row, quantity, insured_price, rate)
        yield from _who_pays(name, row, whole)
    yield from _outside_money(name, row)


def _split_is_judged(context: Context, row: Row) -> bool:
    return (
        context.insured
        and row.values.get("PHAM_VI", "1") in ("", "1")
        and amount(row.values.get("T_NGUONKHAC", "")) == ZERO
    )


def _insured_part(
    name: str, row: Row, quantity: Decimal | None, insured_price: str, rate: Decimal | None
) -> Iterator[Finding]:
    values = row.values
    unit, share = _factor(values.get(insured_price, "")), _rate(values.get("TYLE_TT_BH", ""))
    insured = amount(values.get("THANH_TIEN_BH", ""))
    if quantity is None or unit is None or share is None or rate is None or insured is None:
        return
    accepted = _insured_amounts(row, quantity, unit, share, rate)
    if all(abs(insured - each) > TOLERANCE for each in accepted):
        ceiling = values.get("T_TRANTT", "")
        code = "line.THANH_TIEN_BH.ceiling" if ceiling and is_supply(row) else "line.THANH_TIEN_BH"
        yield _off(
            code,
            name,
            row,
            "THANH_TIEN_BH",
            accepted[0],
            insured,
            of=f"SO_LUONG × {insured_price} × TYLE_TT_BH",
            ceiling=shown_amount(amount(ceiling) or ZERO),
        )


def _insured_amounts(row: Row, quantity: Decimal, unit: Decimal, share: Decimal, rate: Decimal) -> list[Decimal]:
    """The amounts that the annex allows for the insured part of a line, the first being the one to propose."""
    base = [quantity * unit]
    ceiling = amount(row.values.get("T_TRANTT", "")) if is_supply(row) else None
    if ceiling:
        base = [min(quantity * unit, ceiling), quantity * min(unit, ceiling)]
    group = row.values.get("MA_NHOM", "")
    if rate != HUNDRED:
        lowered = [each * rate / HUNDRED for each in base]
        base = lowered if group in RATE_LOWERS_INSURED else base + lowered
    return [_round(each * share / HUNDRED) for each in base]


def _who_pays(name: str, row: Row, whole: Decimal | None) -> Iterator[Finding]:
    values = row.values
    insured, level = amount(values.get("THANH_TIEN_BH", "")), _factor(values.get("MUC_HUONG", ""))
    if insured is None or level is None:
        return
    insurer = _round(insured * level / HUNDRED)
    split = [("T_BHTT", insurer, "THANH_TIEN_BH × MUC_HUONG"), ("T_BNCCT", insured - insurer, "THANH_TIEN_BH − T_BHTT")]
    if whole is not None:
        split.append(("T_BNTT", whole - insured, "THANH_TIEN_BV − THANH_TIEN_BH"))
    for field, expected, formula in split:
        written = amount(values.get(field, ""))
        if written is not None and abs(written - expected) > TOLERANCE:
            yield _off(f"line.{field}", name, row, field, expected, written, of=formula)


def _outside_money(name: str, row: Row) -> Iterator[Finding]:
    values = row.values
    total = amount(values.get("T_NGUONKHAC", ""))
    parts = [amount(values.get(source, "")) for source in _OUTSIDE_SOURCES]
    if total is None or None in parts:
        return
    expected = sum(filter(None, parts), ZERO)
    if abs(total - expected) > TOLERANCE:
        yield _off("line.T_NGUONKHAC", name, row, "T_NGUONKHAC", expected, total, of="NSNN + VTNN + VTTN + CL")


def zero_cost_findings(context: Context) -> Iterator[Finding]:
    """Lines and visits without any amount: part of the health record, of no interest to the insurer."""
    field = "THANH_TIEN" if context.old else "THANH_TIEN_BV"
    lines = list(
        chain(((row, "XML2") for row in context.rows("XML2")), ((row, "XML3") for row in context.rows("XML3")))
    )
    costless = [(row, name) for row, name in lines if amount(row.values.get(field, "")) == ZERO]
    if lines and len(costless) == len(lines):
        yield context.summary_finding("visit.zero_cost", "T_TONGCHI" if context.old else "T_TONGCHI_BV")
        return
    for row, name in costless:
        yield row_finding("line.zero_cost", name, row, field)


def uninsured_findings(context: Context) -> Iterator[Finding]:
    """An uninsured visit of which the insurer is asked to pay a part."""
    if context.get("MA_DOITUONG_KCB") == "9" and (amount(context.get("T_BHTT")) or ZERO) > 0:
        yield context.summary_finding("subject.uninsured_paid", "T_BHTT")


def _off(
    code: str, name: str, row: Row, field: str, expected: Decimal, written: Decimal, *, of: str, **more: str
) -> Finding:
    return row_finding(
        code,
        name,
        row,
        field,
        expected=shown_amount(expected),
        received=shown_amount(written),
        difference=shown_amount(abs(written - expected)),
        of=of,
        **more,
    )


def _whole_formula(row: Row, price: str) -> str:
    rate = row.values.get("TYLE_TT_DV", "")
    return f"SO_LUONG × {price}" + (f" × TYLE_TT_DV ({rate}%)" if rate not in ("", "100") else "")


def _factor(text: str) -> Decimal | None:
    """A number that must be there for the formula to mean anything."""
    return amount(text) if text else None


def _rate(text: str) -> Decimal | None:
    """A percentage; nothing written means all of it."""
    return amount(text) if text else HUNDRED


def _round(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)
