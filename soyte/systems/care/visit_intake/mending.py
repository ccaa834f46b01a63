"""Corrected copies of received files: for their sender to look at, to sign and to send by his own program.

Nothing is taken and nothing is kept: a copy is made from the received bytes whenever it is asked for.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from soyte.formats.visitfile.correct import Change, NotCorrectable, corrected
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.files.selectors import get_many
from soyte.systems.care.visit_intake.causes import taken_later
from soyte.systems.care.visit_intake.check.reading import VisitReport, Yardstick, read_stream
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit, SourcePiece
from soyte.systems.care.visit_intake.rules import ERROR

ACTION = "visit_files.mend"
MOST_VISITS = 1_000
MOST_BYTES = 64 << 20
LONGEST_VALUE = 4_000
_COUNT = re.compile(r"(<SOLUONGHOSO\s*>)[^<]*(</SOLUONGHOSO\s*>)")


class NotMendable(DomainError):
    code = "visit_intake.not_mendable"
    message = _("Lỗi này không sửa được bằng cách thay một giá trị. Sửa trên phần mềm của bệnh viện rồi gửi lại.")


class BarredVisit(DomainError):
    code = "visit_intake.barred_visit"
    message = _("Lượt khám này mang nhãn bảo vệ nên không lập được bản sửa ở đây. Sửa trên phần mềm của bệnh viện.")


class TooMuchToMend(DomainError):
    code = "visit_intake.too_much_to_mend"
    message = _("Mỗi lần lập được bản sửa của nhiều nhất %(most)s lượt. Lọc bớt, hoặc sửa trên phần mềm của bệnh viện.")


@dataclass(frozen=True, slots=True)
class Mended:
    """A visit in a copy, as it was received and as the rules now judge it (None: the copy could not be read)."""

    visit: ReceiptVisit
    report: VisitReport | None

    @property
    def accepted(self) -> bool:
        return self.report is not None and self.report.accepted


@dataclass(frozen=True, slots=True)
class Copy:
    """The corrected copy of one file: only the visits that were mended, so that no other is sent again."""

    receipt: Receipt
    filename: str
    content: bytes
    visits: Sequence[Mended]


@dataclass(frozen=True, slots=True)
class Mend:
    """A value for one field in several rows. `barred` counts the visits left out for their label."""

    findings: Sequence[Finding]
    value: str
    barred: int = 0

    @property
    def visits(self) -> int:
        return len({found.receipt_visit_id for found in self.findings})


def is_mendable(found: Finding) -> bool:
    return bool(found.receipt_visit_id and found.table and found.line and found.field)


def mend_of(found: Finding, alike: QuerySet[Finding], *, value: str, every: bool, granted: Set[str]) -> Mend:
    """What to change: this row alone, or every row of `alike` in which the same stands.

    Visits of which a later file was taken are left out. Raises NotMendable, BarredVisit, TooMuchToMend.
    """
    if not is_mendable(found) or len(value) > LONGEST_VALUE:
        raise NotMendable()
    if not _is_open(found, granted):
        raise BarredVisit()
    if not every:
        return Mend([found], value)
    wanted = _not_sent_again(alike)
    same = _same(wanted, found, granted)
    findings = list(same.order_by("receipt_id", "receipt_visit__seq", "line")[: 10 * MOST_VISITS])
    mend = Mend(findings, value, barred=_barred(wanted, granted))
    if mend.visits > MOST_VISITS:
        raise TooMuchToMend(most=MOST_VISITS)
    return mend


def alike_of(found: Finding, alike: QuerySet[Finding], *, granted: Set[str]) -> tuple[int, int]:
    """In how many (visits, rows) `mend_of` would change the same of this cause."""
    same = _same(_not_sent_again(alike), found, granted)
    counted = same.order_by().aggregate(visits=Count("receipt_visit", distinct=True), rows=Count("pk"))
    return counted["visits"], counted["rows"]


def _not_sent_again(alike: QuerySet[Finding]) -> QuerySet[Finding]:
    stale = ReceiptVisit.objects.filter(taken_later(), verdict=ReceiptVisit.Verdict.REFUSED).values("pk")
    return alike.filter(line__isnull=False, receipt_visit__isnull=False).exclude(receipt_visit__in=stale)


def _same(wanted: QuerySet[Finding], found: Finding, granted: Set[str]) -> QuerySet[Finding]:
    return wanted.filter(Q(value=found.value, receipt_visit__labels__contained_by=sorted(granted)) | Q(pk=found.pk))


def _is_open(found: Finding, granted: Set[str]) -> bool:
    assert found.receipt_visit is not None
    return all(label in granted for label in found.receipt_visit.labels)


def _barred(wanted: QuerySet[Finding], granted: Set[str]) -> int:
    closed = wanted.exclude(receipt_visit__labels__contained_by=sorted(granted))
    return closed.order_by().values("receipt_visit").distinct().count()


def copies(actor: Acting, mends: Sequence[Mend], *, by: Yardstick) -> list[Copy]:
    """The corrected copies, one a file, made on the day of `by` and judged by it. Of two mends of one place the later counts.

    Raises NotMendable where a row cannot be changed, TooMuchToMend where the visits are too many or their files too large.
    """
    changes = _changes(mends)
    visits = {change.found.receipt_visit_id for change in changes}
    by_receipt = [(receipt, list(group)) for receipt, group in groupby(changes, lambda change: change.found.receipt)]
    if len(visits) > MOST_VISITS or sum(receipt.size for receipt, _changes in by_receipt) > MOST_BYTES:
        raise TooMuchToMend(most=MOST_VISITS)
    edges = _edges([receipt for receipt, _changes in by_receipt])
    wanted = [blob for pair in edges.values() for blob in pair]
    wanted += [bytes(change.found.receipt_visit.blob_id) for change in changes if change.found.receipt_visit]
    contents = get_many(wanted, actor.labels)
    made = [_copy(receipt, group, edges[receipt.pk], contents, by) for receipt, group in by_receipt]
    record(actor, ACTION, object_kind="visit_intake.receipt", object_id=made[0].receipt.pk, details={
        "rules": [mend.findings[0].code for mend in mends], "fields": [mend.findings[0].field for mend in mends],
        "receipts": len(made), "visits": len(visits),
    })  # fmt: skip
    return made


class _Change(NamedTuple):
    found: Finding
    value: str


def _changes(mends: Sequence[Mend]) -> list[_Change]:
    """One for each place of each visit, in the order of the files."""
    changes = {
        (found.receipt_visit_id, found.table, found.line, found.field): _Change(found, mend.value)
        for mend in mends
        for found in mend.findings
    }

    def place(change: _Change) -> tuple[int, int, int]:
        visit = change.found.receipt_visit
        return change.found.receipt_id, visit.seq if visit else 0, change.found.line or 0

    return sorted(changes.values(), key=place)


def _edges(receipts: Sequence[Receipt]) -> dict[int, tuple[bytes, bytes]]:
    """The blobs of head and tail of each file's envelope."""
    rows = SourcePiece.objects.filter(receipt__in=receipts).order_by("receipt_id", "seq")
    found: dict[int, tuple[bytes, bytes]] = {}
    for receipt_id, blob in rows.values_list("receipt_id", "blob_id"):
        head, _tail = found.get(receipt_id, (bytes(blob), b""))
        found[receipt_id] = head, bytes(blob)
    return found


def _copy(
    receipt: Receipt, wanted: Sequence[_Change], edges: tuple[bytes, bytes], contents: Mapping[bytes, bytes | None],
    by: Yardstick,
) -> Copy:  # fmt: skip
    visits = {found.receipt_visit.pk: found.receipt_visit for found, _value in wanted if found.receipt_visit}
    places = {pk: place for place, pk in enumerate(visits, start=1)}
    pieces = [contents[blob] for blob in (edges[0], *(bytes(visit.blob_id) for visit in visits.values()), edges[1])]
    if any(piece is None for piece in pieces):
        raise BarredVisit()
    head = _counted(pieces[0] or b"", receipt.encoding, len(visits))
    changes = [
        Change(places[found.receipt_visit_id or 0], found.table or "", found.line or 0, found.field or "", value)
        for found, value in wanted
    ]
    try:
        content = corrected(
            b"".join([head, *(piece or b"" for piece in pieces[1:])]),
            changes=changes, made_on=by.received_on.strftime("%Y%m%d"),
        )  # fmt: skip
    except NotCorrectable:
        raise NotMendable() from None
    return Copy(receipt, _named(receipt), content, _judged(content, list(visits.values()), by))


def left_to_mend(made: Sequence[Copy]) -> list[Finding]:
    """Of the received files' errors that still stand in the copies those that another value would mend, one for each cause and
    value."""
    standing = {
        (mended.visit.pk, line.code, line.table, line.line, line.field)
        for copy in made
        for mended in copy.visits
        if mended.report is not None and not mended.accepted
        for line in mended.report.lines
    }
    keys = {visit for visit, *_rest in standing}
    errors = Finding.objects.filter(receipt_visit__in=keys, severity=ERROR, line__isnull=False).order_by("id")
    found: dict[tuple[object, ...], Finding] = {}
    for one in errors:
        if (one.receipt_visit_id, one.code, one.table, one.line, one.field) in standing and is_mendable(one):
            found.setdefault((one.code, one.table, one.field, one.value), one)
    return list(found.values())


def _counted(head: bytes, encoding: str, visits: int) -> bytes:
    """The head of the envelope with the number of visits that the copy has."""
    return _COUNT.sub(rf"\g<1>{visits}\g<2>", head.decode(encoding), count=1).encode(encoding)


def _judged(content: bytes, visits: Sequence[ReceiptVisit], by: Yardstick) -> list[Mended]:
    report = read_stream(io.BytesIO(content), shown="", by=by)
    if len(report.visits) != len(visits):
        return [Mended(visit, None) for visit in visits]
    return [Mended(visit, judged) for visit, judged in zip(visits, report.visits, strict=True)]


def _named(receipt: Receipt) -> str:
    name = PurePosixPath(receipt.filename.replace("\\", "/"))
    return f"{name.stem or receipt.number}-da-sua.xml"


def packed(made: Sequence[Copy]) -> bytes:
    """Several copies in one ZIP; of two of the same name the later bears its receipt number."""
    names: set[str] = set()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for copy in made:
            name = copy.filename if copy.filename not in names else f"{copy.receipt.number}-{copy.filename}"
            names.add(name)
            archive.writestr(name, copy.content)
    return target.getvalue()
