"""Small figures as SVG drawn by the server: they print, need no script, and obey a strict content security policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PAD = 3.0
# Of the greatest value: what differs by less must not fill the height, or 5,4 after 5,5 looks like a fall.
LEAST_SPREAD = 0.25


def plain(number: float) -> str:
    """A number for an SVG attribute: point, no grouping, whatever the page's language."""
    return f"{number:.1f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Sparkline:
    path: str
    last_x: str
    last_y: str
    band_y: str = ""
    band_height: str = ""


def sparkline(
    values: Sequence[float | None], *, width: int, height: int, low: float | None = None, high: float | None = None
) -> Sparkline | None:
    """A line through the known values in order; the band is the reference range. None without two known values."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    bottom = min(value for _, value in known)
    top = max(value for _, value in known)
    short = (LEAST_SPREAD * max(abs(top), abs(bottom)) - (top - bottom)) / 2
    if short > 0:
        bottom, top = bottom - short, top + short
    if low is not None or high is not None:
        bottom, top = _widened(bottom, top, low, high)
    spread = (top - bottom) or 1.0

    def across(place: int) -> float:
        return PAD + place * (width - 2 * PAD) / (len(values) - 1)

    def down(value: float) -> float:
        return height - PAD - (value - bottom) * (height - 2 * PAD) / spread

    points = [f"{plain(across(place))} {plain(down(value))}" for place, value in known]
    last_place, last_value = known[-1]
    band_top = down(min(high, top)) if high is not None else PAD
    band_bottom = down(max(low, bottom)) if low is not None else height - PAD
    has_band = (low is not None or high is not None) and band_bottom > band_top
    return Sparkline(
        path="M" + "L".join(points),
        last_x=plain(across(last_place)),
        last_y=plain(down(last_value)),
        band_y=plain(band_top) if has_band else "",
        band_height=plain(band_bottom - band_top) if has_band else "",
    )


def _widened(bottom: float, top: float, low: float | None, high: float | None) -> tuple[float, float]:
    """The nearer edge of the range comes into view; a far one does not flatten the line."""
    spread = (top - bottom) or abs(top) or 1.0
    if high is not None and bottom > high:
        bottom = high - 0.6 * spread
    if low is not None and top < low:
        top = low + 0.6 * spread
    return bottom, top


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """Positions in percent of the width."""

    range_x: str
    range_width: str
    mark_x: str
    outside: bool


def reference_range(value: float, *, low: float | None, high: float | None) -> ReferenceRange:
    """Where a value stands against a range that may be open on one side. At least one edge must be given."""
    if low is None and high is None:
        raise ValueError("a reference range needs at least one edge")
    axis_low, axis_high = _axis(value, low, high)
    span = axis_high - axis_low

    def percent(number: float) -> float:
        return min(100.0, max(0.0, (number - axis_low) / span * 100))

    start = percent(low) if low is not None else 0.0
    end = percent(high) if high is not None else 100.0
    outside = (low is not None and value < low) or (high is not None and value > high)
    return ReferenceRange(plain(start), plain(end - start), plain(min(97.0, max(0.0, percent(value) - 2.0))), outside)


def _axis(value: float, low: float | None, high: float | None) -> tuple[float, float]:
    edges = [edge for edge in (low, high) if edge is not None]
    span = (edges[-1] - edges[0]) or abs(edges[0]) or 1.0
    axis_low = (low - 0.6 * span) if low is not None else min(0.0, value)
    axis_high = (high + 0.8 * span) if high is not None else max(value, edges[0]) + span
    return min(axis_low, value), max(axis_high, value)


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    tone: str
    label: str


def bars(values: Sequence[tuple[str, float | None, str]], *, width: int, height: int) -> list[Bar]:
    """(label, value, tone) -> upright bars from zero; an unknown value is a hatched stub, not nothing."""
    top = max((value for _, value, _ in values if value is not None), default=0) or 1
    step = width / max(1, len(values))
    drawn = []
    for place, (label, value, tone) in enumerate(values):
        tall = 3.0 if value is None else value / top * height
        drawn.append(
            Bar(
                plain(place * step + step * 0.1),
                plain(height - tall),
                plain(step * 0.8),
                plain(tall),
                "none" if value is None else tone,
                label,
            )
        )
    return drawn
