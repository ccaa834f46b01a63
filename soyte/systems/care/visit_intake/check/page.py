"""`soyte-check.html`: one page that opens anywhere, reads well on screen and prints on A4, with nothing to load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files

from soyte.systems.care.visit_intake.check.reading import Line
from soyte.systems.care.visit_intake.check.summary import Cause, FieldCount, Refused, Summary
from soyte.systems.care.visit_intake.check.words import SEVERITY_WORDS, money, number, share

MOST_REFUSED = 500
MOST_FIELDS = 60
MOST_REASONS = 6
_LOGO = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0b5c63"/>'
    '<path d="M13 6h6v7h7v6h-7v7h-6v-7H6v-6h7z" fill="none" stroke="#8fd6d1" stroke-width="1.6" stroke-linejoin="round"/>'
    '<path d="M3.5 16h7l2-4.5 3.4 9 2.6-6.5 1.3 2h8.7" fill="none" stroke="#fff" stroke-width="2.1" '
    'stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def page(summary: Summary, *, paths: Sequence[str], made_at: datetime, notes: bool) -> Iterator[str]:
    """The page in parts, to be written one after the other. Every value of a file is escaped."""
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    yield '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>Kiểm tra tệp khám bệnh · soyte</title><style>{style}</style></head><body><main>"
    yield f'<div class="mark">{_LOGO}<div><h1>Kiểm tra tệp khám bệnh</h1>'
    yield f'<p class="sub">{escape(", ".join(paths))} · kiểm lúc {made_at:%H:%M} ngày {made_at:%d/%m/%Y}</p></div></div>'
    yield from _headline(summary)
    yield from _causes(summary, notes=notes)
    yield from _refusals(summary.refusals)
    yield from _fields(summary.fields_by_weight(), notes=notes)
    yield from _skipped(summary)
    yield from _footer()
    yield "</main></body></html>"


def _headline(summary: Summary) -> Iterator[str]:
    held, unit = money(summary.refused_insurer)
    whole, whole_unit = money(summary.insurer)
    yield '<section aria-label="Kết quả"><dl class="figures">'
    yield _figure("Lượt khám", number(summary.visits), f"trong {number(summary.files)} tệp")
    yield _figure("Không nhận", number(summary.refused), share(summary.refused, summary.visits), kind="bad")
    yield _figure("Nhận, nên xem", number(summary.warned), share(summary.warned, summary.visits), kind="warn")
    yield _figure("Tiền quỹ BHYT bị giữ", held, f"trong {whole} {whole_unit}", unit=unit, kind="bad")
    if summary.files_refused:
        yield _figure("Tệp không đọc được", number(summary.files_refused), "không đếm lượt khám", kind="bad")
    yield '</dl><div class="share">'
    parts = (("good", summary.clean), ("warn", summary.warned), ("bad", summary.refused))
    yield _bar(
        parts, summary.visits, label=f"{summary.clean} đạt, {summary.warned} nên xem, {summary.refused} không nhận"
    )
    yield f'<ul><li class="good">■ {number(summary.clean)} đạt</li><li class="warn">■ {number(summary.warned)} nhận, nên xem'
    yield f'</li><li class="bad">■ {number(summary.refused)} không nhận</li></ul></div></section>'


def _figure(title: str, value: str, below: str, *, unit: str = "", kind: str = "") -> str:
    small = f" <small>{unit}</small>" if unit and value != "0" else ""
    tone = f' class="{kind}"' if kind and value != "0" else ""
    return f'<div><dt>{title}</dt><dd{tone}>{value}{small}</dd><dd class="below">{below}</dd></div>'


def _bar(parts: Iterable[tuple[str, int]], whole: int, *, label: str) -> str:
    at, drawn = 0.0, []
    for kind, count in parts:
        width = 1000 * count / whole if whole else 0
        drawn.append(f'<rect class="fill-{kind}" x="{at:.2f}" width="{width:.2f}" height="10"/>')
        at += width
    return (
        f'<svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f'<rect class="fill-none" width="1000" height="10"/>{"".join(drawn)}</svg>'
    )


def _causes(summary: Summary, *, notes: bool) -> Iterator[str]:
    causes = [cause for cause in summary.causes_by_weight() if notes or cause.line.severity != "note"]
    yield "<section><header><h2>Lỗi, gộp theo nguyên nhân</h2>"
    yield f"<p>{_advice(summary, causes)}</p></header>"
    if not causes:
        yield '<p class="empty"><b>Không có lỗi nào</b>Mọi lượt khám đều nhận được.</p></section>'
        return
    yield '<div class="wide"><table><thead><tr><th scope="col">Mức</th><th scope="col">Bảng, trường</th>'
    yield '<th scope="col">Sai gì và sửa thế nào</th><th scope="col" class="n">Lượt khám</th>'
    yield '<th scope="col" class="n">Số lần</th><th scope="col" class="n">Quỹ BHYT (đồng)</th></tr></thead><tbody>'
    for cause in causes:
        yield _cause(cause)
    yield "</tbody></table></div></section>"


def _advice(summary: Summary, causes: Sequence[Cause]) -> str:
    """What mending the first causes would free; nothing where nothing is refused."""
    errors = [cause for cause in causes if cause.line.severity == "error"]
    if not errors or not summary.refused:
        return ""
    freed = _freed_by_first(summary, {cause.line.code for cause in errors[:2]})
    if not freed:
        return ""
    which = "lỗi đầu" if len(errors) == 1 else "2 lỗi đầu"
    return f"sửa {which} là nhận được {number(freed)} / {number(summary.refused)} lượt khám"


def _freed_by_first(summary: Summary, codes: set[str]) -> int:
    return sum(
        refused.visit is not None and {line.code for line in refused.reasons} <= codes for refused in summary.refusals
    )


def _cause(cause: Cause) -> str:
    line = cause.line
    where = f"<code>{escape(line.table or 'đầu tệp')}</code>" + (
        f"<br><code>{escape(line.field)}</code>" if line.field else ""
    )
    seen = [escape(path) for path in (cause.path, f"lượt {cause.visit}" if cause.visit else "") if path]
    if line.line is not None:
        seen.append(f"dòng {line.line}")
    names = f" · mã {', '.join(line.aliases)}" if line.aliases else ""
    return (
        f'<tr><td>{_chip(line.severity)}</td><td>{where}</td><td><span class="what">{escape(line.title)}</span>'
        f'<p class="mend">{escape(line.what)}<br>{escape(line.mend)}</p>'
        f'<p class="src">{" · ".join(seen)}{_values(cause)}<br><code>{escape(line.code)}</code>{escape(names)}</p></td>'
        f'<td class="n">{number(cause.visits)}</td><td class="n">{number(cause.occurrences)}</td>'
        f'<td class="n">{number(cause.insurer)}</td></tr>'
    )


def _values(cause: Cause) -> str:
    """The values met most often, where there were several."""
    if len(cause.values) < 2:
        return ""
    common = ", ".join(f"“{escape(value[:30])}” {number(count)} lần" for value, count in cause.values.most_common(3))
    return f"<br>hay gặp: {common}"


def _refusals(refusals: Sequence[Refused]) -> Iterator[str]:
    if not refusals:
        return
    yield f"<section><header><h2>Sẽ không nhận</h2><p>{number(len(refusals))} mục</p></header>"
    yield '<div class="wide"><table><thead><tr><th scope="col">Tệp</th><th scope="col">Lượt khám (MA_LK)</th>'
    yield '<th scope="col">Cơ sở</th><th scope="col">Vì sao</th><th scope="col" class="n">Quỹ BHYT (đồng)</th></tr></thead><tbody>'
    for refused in refusals[:MOST_REFUSED]:
        yield _refusal(refused)
    yield "</tbody></table></div>"
    if len(refusals) > MOST_REFUSED:
        yield f'<p class="more">Còn {number(len(refusals) - MOST_REFUSED)} mục nữa trong soyte-check.xlsx.</p>'
    yield "</section>"


def _refusal(refused: Refused) -> str:
    visit = refused.visit
    code = escape(visit.code or f"hồ sơ thứ {visit.index}") if visit else "cả tệp"
    reasons = list(dict.fromkeys(_reason(line) for line in refused.reasons))
    shown = "".join(f"<li>{reason}</li>" for reason in reasons[:MOST_REASONS])
    if len(reasons) > MOST_REASONS:
        shown += f"<li>và {len(reasons) - MOST_REASONS} lý do nữa</li>"
    return (
        f'<tr><td><code>{escape(refused.path)}</code></td><th scope="row"><code>{code}</code></th>'
        f"<td>{escape(visit.facility_code) if visit else ''}</td><td><ul>{shown}</ul></td>"
        f'<td class="n">{number(visit.insurer) if visit else ""}</td></tr>'
    )


def _reason(line: Line) -> str:
    place = " ".join(filter(None, (line.table, f"dòng {line.line}" if line.line and line.table != "XML1" else "")))
    return f"<code>{escape(place)}</code> {escape(line.what)}" if place else escape(line.what)


def _fields(fields: Sequence[FieldCount], *, notes: bool) -> Iterator[str]:
    shown = [each for each in fields if notes or each.error or each.warning]
    if not shown:
        return
    most = max(each.error + each.warning + (each.note if notes else 0) for each in shown)
    yield '<section><header><h2>Theo trường</h2></header><div class="wide"><table><thead><tr>'
    yield '<th scope="col">Bảng</th><th scope="col">Trường</th><th scope="col" class="n">Lỗi</th>'
    yield '<th scope="col" class="n">Cảnh báo</th><th scope="col">Phân bố</th></tr></thead><tbody>'
    for each in shown[:MOST_FIELDS]:
        parts = (("bad", each.error), ("warn", each.warning), ("note", each.note if notes else 0))
        bar = _bar(parts, most, label=f"{each.error} lỗi, {each.warning} cảnh báo").replace(
            "<svg ", '<svg class="bar" ', 1
        )
        yield (
            f'<tr><td><code>{escape(each.table or "đầu tệp")}</code></td><th scope="row"><code>{escape(each.field)}</code></th>'
            f'<td class="n">{number(each.error)}</td><td class="n">{number(each.warning)}</td><td>{bar}</td></tr>'
        )
    yield "</tbody></table></div>"
    if len(shown) > MOST_FIELDS:
        yield f'<p class="more">Còn {number(len(shown) - MOST_FIELDS)} trường nữa trong soyte-check.xlsx.</p>'
    yield "</section>"


def _skipped(summary: Summary) -> Iterator[str]:
    if not summary.skipped:
        return
    yield f"<section><header><h2>Không đọc</h2><p>{number(len(summary.skipped))} đường dẫn</p></header>"
    yield '<div class="wide"><table><thead><tr><th scope="col">Đường dẫn</th><th scope="col">Vì sao</th></tr></thead><tbody>'
    for path, line in summary.skipped[:MOST_REFUSED]:
        yield f"<tr><td><code>{escape(path)}</code></td><td>{escape(line.message)}</td></tr>"
    yield "</tbody></table></div></section>"


def _footer() -> Iterator[str]:
    yield "<footer><p>“Lỗi” làm lượt khám không được nhận; “Cảnh báo” vẫn nhận, nên sửa. Tiền quỹ BHYT là T_BHTT của XML1, "
    yield "một lượt khám có thể nằm ở nhiều dòng.</p><p>Kiểm tra tại máy này, không gửi dữ liệu đi đâu, không thay việc giám "
    yield "định của cơ quan BHXH. Báo cáo có mã lượt khám và giá trị trong hồ sơ: giữ như giữ bệnh án.</p></footer>"


def _chip(severity: str) -> str:
    return f'<span class="chip {severity}">{SEVERITY_WORDS[severity]}</span>'
