"""`soyte-check.html`: one page that opens anywhere, reads well on screen and prints on A4, with nothing to load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files

from soyte.kernel.text.speech import SOURCE_LANGUAGE, speech
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


def page(
    summary: Summary, *, paths: Sequence[str], made_at: datetime, notes: bool, language: str = SOURCE_LANGUAGE
) -> Iterator[str]:
    """The page in parts, to be written one after the other. Every value of a file is escaped."""
    return _Page(summary, notes=notes, language=language).parts(paths, made_at)


class _Page:
    def __init__(self, summary: Summary, *, notes: bool, language: str) -> None:
        self._summary, self._notes, self._language = summary, notes, language
        self._words = speech(language)
        self._ = self._words.gettext
        self.ngettext = self._words.ngettext

    def parts(self, paths: Sequence[str], made_at: datetime) -> Iterator[str]:
        style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
        title = self._("Kiểm tra tệp khám bệnh")
        at = self._("kiểm lúc %(time)s ngày %(day)s") % {"time": f"{made_at:%H:%M}", "day": f"{made_at:%d/%m/%Y}"}
        yield f'<!doctype html><html lang="{self._language}"><head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
        yield f"<title>{title} · soyte</title><style>{style}</style></head><body><main>"
        yield f'<div class="mark">{_LOGO}<div><h1>{title}</h1>'
        yield f'<p class="sub">{escape(", ".join(paths))} · {at}</p></div></div>'
        yield from self._headline()
        yield from self._causes()
        yield from self._refusals()
        yield from self._fields()
        yield from self._skipped()
        yield from self._footer()
        yield "</main></body></html>"

    def _headline(self) -> Iterator[str]:
        told = self._summary
        held, whole = money(told.refused_insurer, self._words), " ".join(money(told.insurer, self._words))
        seen = self.ngettext("trong %(n)s tệp", "trong %(n)s tệp", told.files) % {"n": number(told.files)}
        yield '<section><dl class="figures">'
        yield _figure(self._("Lượt khám"), number(told.visits), seen)
        yield _figure(self._("Không nhận"), number(told.refused), share(told.refused, told.visits), kind="bad")
        yield _figure(self._("Nhận, nên xem"), number(told.warned), share(told.warned, told.visits), kind="warn")
        stake = self._("trong %(money)s") % {"money": whole}
        yield _figure(self._("Tiền quỹ BHYT bị giữ"), held[0], stake, unit=held[1], kind="bad")
        if told.files_refused:
            uncounted = self._("không đếm lượt khám")
            yield _figure(self._("Tệp không đọc được"), number(told.files_refused), uncounted, kind="bad")
        parts = [
            ("good", told.clean, self._("%(n)s đạt")),
            ("warn", told.warned, self._("%(n)s nhận, nên xem")),
            ("bad", told.refused, self._("%(n)s không nhận")),
        ]
        said = [(kind, text % {"n": number(count)}) for kind, count, text in parts]
        bar = _bar([part[:2] for part in parts], told.visits, label=", ".join(text for _kind, text in said))
        key = "".join(f'<li class="{kind}">■ {text}</li>' for kind, text in said)
        yield f'</dl><div class="share">{bar}<ul>{key}</ul></div></section>'

    def _causes(self) -> Iterator[str]:
        causes = [cause for cause in self._summary.causes_by_weight() if self._notes or cause.line.severity != "note"]
        yield _section(self._("Lỗi, gộp theo nguyên nhân"), self._advice(causes))
        if not causes:
            none, taken = self._("Không có lỗi nào"), self._("Mọi lượt khám đều nhận được.")
            if not self._summary.visits:
                none, taken = self._("Không có lượt khám nào để kiểm tra"), self._("Chọn tệp hoặc thư mục khác.")
            yield f'<p class="empty"><b>{none}</b>{taken}</p></section>'
            return
        columns = [self._("Mức"), self._("Bảng, trường"), self._("Sai gì và sửa thế nào")]
        yield _head(columns, [self._("Lượt khám"), self._("Số lần"), self._("Quỹ BHYT (đồng)")])
        yield from (self._cause(cause) for cause in causes)
        yield "</tbody></table></div></section>"

    def _advice(self, causes: Sequence[Cause]) -> str:
        """What mending the first causes would free; nothing where nothing is refused."""
        errors = [cause for cause in causes if cause.line.severity == "error"]
        freed = _freed_by_first(self._summary, {cause.line.code for cause in errors[:2]})
        if not freed:
            return ""
        facts = {"freed": number(freed), "refused": number(self._summary.refused)}
        if len(errors) == 1:
            return self._("sửa lỗi này là nhận được %(freed)s / %(refused)s lượt") % facts
        return self._("sửa 2 lỗi đầu là nhận được %(freed)s / %(refused)s lượt") % facts

    def _cause(self, cause: Cause) -> str:
        line = cause.line
        where = f"<code>{escape(line.table or self._('đầu tệp'))}</code>" + (
            f"<br><code>{escape(line.field)}</code>" if line.field else ""
        )
        visit = self._("lượt %(code)s") % {"code": cause.visit} if cause.visit else ""
        row = self._("dòng %(line)s") % {"line": line.line} if line.line is not None else ""
        seen = " · ".join(escape(part) for part in (cause.path, visit, row) if part)
        names = self._(" · mã %(codes)s") % {"codes": ", ".join(line.aliases)} if line.aliases else ""
        return (
            f'<tr><td>{self._chip(line.severity)}</td><td>{where}</td><td><span class="what">{escape(line.title)}</span>'
            f'<p class="mend">{escape(line.what)}<br>{escape(line.mend)}</p>'
            f'<p class="src">{seen}{self._values(cause)}<br><code>{escape(line.code)}</code>{escape(names)}</p></td>'
            f'<td class="n">{number(cause.visits)}</td><td class="n">{number(cause.occurrences)}</td>'
            f'<td class="n">{number(cause.insurer)}</td></tr>'
        )

    def _values(self, cause: Cause) -> str:
        """The values met most often, where there were several."""
        if len(cause.values) < 2:
            return ""
        common = [(escape(value[:30]), times) for value, times in cause.values.most_common(3)]
        told = ", ".join(
            self.ngettext("“%(value)s” %(n)s lần", "“%(value)s” %(n)s lần", times)
            % {"value": value, "n": number(times)}
            for value, times in common
        )
        return "<br>" + self._("hay gặp: %(values)s") % {"values": told}

    def _refusals(self) -> Iterator[str]:
        refusals = self._summary.refusals
        if not refusals:
            return
        yield _section(self._("Sẽ không nhận"), self._items(len(refusals)))
        columns = [self._("Tệp"), self._("Lượt khám (MA_LK)"), self._("Cơ sở"), self._("Vì sao")]
        yield _head(columns, [self._("Quỹ BHYT (đồng)")])
        yield from (self._refusal(refused) for refused in refusals[:MOST_REFUSED])
        yield "</tbody></table></div>"
        yield self._more(len(refusals) - MOST_REFUSED)
        yield "</section>"

    def _items(self, count: int) -> str:
        return self.ngettext("%(n)s mục", "%(n)s mục", count) % {"n": number(count)}

    def _more(self, left: int) -> str:
        """What a list leaves to the workbook."""
        if left <= 0:
            return ""
        told = self.ngettext("Còn %(n)s mục nữa trong %(file)s.", "Còn %(n)s mục nữa trong %(file)s.", left)
        return f'<p class="more">{told % {"n": number(left), "file": "soyte-check.xlsx"}}</p>'

    def _refusal(self, refused: Refused) -> str:
        visit = refused.visit
        code = (visit.code or self._("hồ sơ thứ %(n)s") % {"n": visit.index}) if visit else self._("cả tệp")
        reasons = list(dict.fromkeys(self._reason(line) for line in refused.reasons))
        shown = "".join(f"<li>{reason}</li>" for reason in reasons[:MOST_REASONS])
        if len(reasons) > MOST_REASONS:
            left = self._("và %(n)s lý do nữa") % {"n": len(reasons) - MOST_REASONS}
            shown += f"<li>{left}</li>"
        return (
            f'<tr><td><code>{escape(refused.path)}</code></td><th scope="row"><code>{escape(code)}</code></th>'
            f"<td>{escape(visit.facility_code) if visit else ''}</td><td><ul>{shown}</ul></td>"
            f'<td class="n">{number(visit.insurer) if visit else ""}</td></tr>'
        )

    def _reason(self, line: Line) -> str:
        row = self._("dòng %(line)s") % {"line": line.line} if line.line and line.table != "XML1" else ""
        place = " ".join(filter(None, (line.table, row)))
        return f"<code>{escape(place)}</code> {escape(line.what)}" if place else escape(line.what)

    def _fields(self) -> Iterator[str]:
        fields, notes = self._summary.fields_by_weight(), self._notes
        shown = [each for each in fields if notes or each.error or each.warning]
        if not shown:
            return
        most = max(each.error + each.warning + (each.note if notes else 0) for each in shown)
        yield _section(self._("Theo trường"), "")
        yield _head([self._("Bảng"), self._("Trường"), self._("Phân bố")], [self._("Lỗi"), self._("Cảnh báo")])
        yield from (self._field(each, most) for each in shown[:MOST_FIELDS])
        yield "</tbody></table></div>"
        yield self._more(len(shown) - MOST_FIELDS)
        yield "</section>"

    def _field(self, each: FieldCount, most: int) -> str:
        parts = (("bad", each.error), ("warn", each.warning), ("note", each.note if self._notes else 0))
        label = self._("%(errors)s lỗi, %(warnings)s cảnh báo") % {"errors": each.error, "warnings": each.warning}
        bar = _bar(parts, most, label=label).replace("<svg ", '<svg class="bar" ', 1)
        return (
            f"<tr><td><code>{escape(each.table or self._('đầu tệp'))}</code></td>"
            f'<th scope="row"><code>{escape(each.field)}</code></th>'
            f'<td>{bar}</td><td class="n">{number(each.error)}</td><td class="n">{number(each.warning)}</td></tr>'
        )

    def _skipped(self) -> Iterator[str]:
        skipped = self._summary.skipped
        if not skipped:
            return
        yield _section(self._("Không đọc"), self._items(len(skipped)))
        yield _head([self._("Đường dẫn"), self._("Vì sao")], [])
        for path, line in skipped[:MOST_REFUSED]:
            yield f"<tr><td><code>{escape(path)}</code></td><td>{escape(line.message)}</td></tr>"
        yield "</tbody></table></div></section>"

    def _footer(self) -> Iterator[str]:
        weights = self._("“Lỗi” làm lượt khám không được nhận; “Cảnh báo” vẫn nhận, nên sửa. Tiền quỹ BHYT là T_BHTT của "
                         "XML1, một lượt khám có thể nằm ở nhiều dòng.")  # fmt: skip
        kept = self._("Kiểm tra tại máy này, không gửi dữ liệu đi đâu, không thay việc giám định của cơ quan BHXH. Báo cáo "
                      "có mã lượt khám và giá trị trong hồ sơ: giữ như giữ bệnh án.")  # fmt: skip
        masked = f"<p>{self._masked()}</p>" if self._summary.masked else ""
        yield f"<footer><p>{weights}</p>{masked}<p>{kept}</p></footer>"

    def _masked(self) -> str:
        told = self.ngettext(
            "%(n)s lượt khám mang nhãn bảo vệ: tên, mã và nội dung được che (•••).",
            "%(n)s lượt khám mang nhãn bảo vệ: tên, mã và nội dung được che (•••).",
            self._summary.masked,
        )
        return told % {"n": number(self._summary.masked)}

    def _chip(self, severity: str) -> str:
        return f'<span class="chip {severity}">{self._(SEVERITY_WORDS[severity])}</span>'


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


def _section(title: str, beside: str) -> str:
    return f"<section><header><h2>{title}</h2><p>{beside}</p></header>"


def _head(texts: Sequence[str], numbers: Sequence[str]) -> str:
    """A table's beginning: columns of text, then of figures."""
    cells = [f'<th scope="col">{title}</th>' for title in texts]
    cells += [f'<th scope="col" class="n">{title}</th>' for title in numbers]
    return f'<div class="wide"><table><thead><tr>{"".join(cells)}</tr></thead><tbody>'


def _freed_by_first(summary: Summary, codes: set[str]) -> int:
    return sum(
        refused.visit is not None and {line.code for line in refused.reasons} <= codes for refused in summary.refusals
    )
