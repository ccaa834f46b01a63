"""Money of a visit: lines, what the insurer, the patient and others pay, and the sums.

Quantities and prices are integers of a thousandth, amounts of a hundredth of a đồng: sums are exact. Rules: the
annexes of QĐ 130 and 4750 (tables 2 and 3); benefit levels: Luật BHYT art. 22.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from soyte.demo.province.content import Medicine, Service, Supply

# First day of each base salary, in đồng (NĐ 24/2023, NĐ 73/2024).
BASE_SALARIES = ((date(2024, 7, 1), 2_340_000), (date(2023, 7, 1), 1_800_000), (date(1, 1, 1), 1_490_000))
SMALL_BILL = 15  # percent of a base salary below which nobody shares the cost


@dataclass(slots=True)
class Line:
    """One charged line: medicine, service, bed or supply."""

    item: Medicine | Service | Supply
    quantity: int  # thousandths
    price: int  # the facility's, thousandths of a đồng
    fund_price: int  # the insurer's
    department: str
    doctor: str
    ordered_at: datetime
    done_at: datetime
    result_at: datetime
    performer: str = ""
    bed: str = ""
    dose: str = ""
    usage: str = ""
    service_rate: int = 100  # TYLE_TT_DV, percent
    fund_rate: int = 100  # TYLE_TT_BH, percent
    level: int = 0  # MUC_HUONG, percent
    charged: int = 0  # THANH_TIEN_BV, hundredths
    covered: int = 0  # THANH_TIEN_BH
    insurer: int = 0  # T_BHTT
    shared: int = 0  # T_BNCCT
    patient: int = 0  # T_BNTT
    other: int = 0  # T_NGUONKHAC, state budget

    @property
    def medicine(self) -> bool:
        return isinstance(self.item, Medicine)

    @property
    def supply(self) -> bool:
        return isinstance(self.item, Supply)


@dataclass(slots=True)
class Totals:
    """The sums of a visit, hundredths of a đồng."""

    medicines: int = 0
    supplies: int = 0
    charged: int = 0
    covered: int = 0
    insurer: int = 0
    shared: int = 0
    patient: int = 0
    other: int = 0


def _rounded(value: int, divisor: int) -> int:
    return (value + divisor // 2) // divisor


def _small(covered: int, on: date) -> bool:
    salary = next(amount for first, amount in BASE_SALARIES if on >= first)
    return covered < salary * 100 * SMALL_BILL // 100


def price(lines: Iterable[Line], *, on: date, benefit: int) -> Totals:
    """Fill in the amounts of every line and return their sums. `benefit` in percent; 0 = not insured."""
    lines = list(lines)
    for line in lines:
        line.charged = _rounded(line.quantity * line.price * line.service_rate, 1_000_000)
        if not benefit:
            line.fund_rate = 0
        line.covered = _rounded(line.quantity * line.fund_price * line.service_rate * line.fund_rate, 100_000_000)
    level = 100 if benefit and _small(sum(line.covered for line in lines), on) else benefit
    for line in lines:
        line.level = level
        line.insurer = _rounded(line.covered * level, 100)
        line.shared = line.covered - line.insurer
        line.patient = line.charged - line.covered
    return sum_up(lines)


def pay_share_by_state(line: Line) -> None:
    """The state pays the patient's share (antiretroviral medicines)."""
    line.other, line.shared = line.shared, 0


def sum_up(lines: Iterable[Line]) -> Totals:
    totals = Totals()
    for line in lines:
        totals.medicines += line.charged if line.medicine else 0
        totals.supplies += line.charged if line.supply else 0
        totals.charged += line.charged
        totals.covered += line.covered
        totals.insurer += line.insurer
        totals.shared += line.shared
        totals.patient += line.patient
        totals.other += line.other
    return totals


def _plain(value: int, decimals: int) -> str:
    whole, part = divmod(value, 10**decimals)
    return f"{whole}.{part:0{decimals}d}"


@lru_cache(maxsize=65_536)
def amount_text(hundredths: int, places: int) -> str:
    """An amount as the software writes it: with two decimals, or with none where there are none."""
    if places or hundredths % 100:
        return _plain(hundredths, 2)
    return str(hundredths // 100)


@lru_cache(maxsize=16_384)
def exact_text(thousandths: int, places: int) -> str:
    """A price or a quantity: always with three decimals, or only with those it has."""
    text = _plain(thousandths, 3)
    return text if places == 3 else text.rstrip("0").rstrip(".")
