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

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from soyte.formats.visitfile.correct import Change, NotCorrectable, corrected
from soyte.kernel.actors import Acting
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.files.selectors import get_many
from soyte.systems.care.visit_intake.causes import taken_later
from soyte.systems.care.visit_intake.check.reading import VisitReport, Yardstick, read_stream
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit, SourcePiece

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


def visits_alike(found: Finding, alike: QuerySet[Finding], *, granted: Set[str]) -> int:
    """In how many visits `mend_of` would change every row of the cause in which the same stands."""
    same = _same(_not_sent_again(alike), found, granted)
    return same.order_by().values("receipt_visit").distinct().count()


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


def copies(actor: Acting, mend: Mend, *, by: Yardstick) -> list[Copy]:
    """The corrected copies, one a file, made on the day of `by` and judged by it.

    Raises NotMendable where a row cannot be changed, TooMuchToMend where the files are too large.
    """
    by_receipt = [(receipt, list(group)) for receipt, group in groupby(mend.findings, lambda found: found.receipt)]
    if sum(receipt.size for receipt, _found in by_receipt) > MOST_BYTES:
        raise TooMuchToMend(most=MOST_VISITS)
    edges = _edges([receipt for receipt, _found in by_receipt])
    wanted = [blob for pair in edges.values() for blob in pair]
    wanted += [bytes(found.receipt_visit.blob_id) for found in mend.findings if found.receipt_visit]
    contents = get_many(wanted, actor.labels)
    made = [_copy(receipt, group, edges[receipt.pk], contents, mend.value, by) for receipt, group in by_receipt]
    record(actor, ACTION, object_kind="visit_intake.receipt", object_id=made[0].receipt.pk, details={
        "rule": mend.findings[0].code, "field": mend.findings[0].field, "receipts": len(made), "visits": mend.visits,
    })  # fmt: skip
    return made


def _edges(receipts: Sequence[Receipt]) -> dict[int, tuple[bytes, bytes]]:
    """The blobs of head and tail of each file's envelope."""
    rows = SourcePiece.objects.filter(receipt__in=receipts).order_by("receipt_id", "seq")
    found: dict[int, tuple[bytes, bytes]] = {}
    for receipt_id, blob in rows.values_list("receipt_id", "blob_id"):
        head, _tail = found.get(receipt_id, (bytes(blob), b""))
        found[receipt_id] = head, bytes(blob)
    return found


def _copy(
    receipt: Receipt, findings: Sequence[Finding], edges: tuple[bytes, bytes], contents: Mapping[bytes, bytes | None],
    value: str, by: Yardstick,
) -> Copy:  # fmt: skip
    visits = {found.receipt_visit.pk: found.receipt_visit for found in findings if found.receipt_visit}
    places = {pk: place for place, pk in enumerate(visits, start=1)}
    pieces = [contents[blob] for blob in (edges[0], *(bytes(visit.blob_id) for visit in visits.values()), edges[1])]
    if any(piece is None for piece in pieces):
        raise BarredVisit()
    head = _counted(pieces[0] or b"", receipt.encoding, len(visits))
    changes = [
        Change(places[found.receipt_visit_id or 0], found.table or "", found.line or 0, found.field or "", value)
        for found in findings
    ]
    try:
        content = corrected(
            b"".join([head, *(piece or b"" for piece in pieces[1:])]),
            changes=changes, made_on=by.received_on.strftime("%Y%m%d"),
        )  # fmt: skip
    except NotCorrectable:
        raise NotMendable() from None
    return Copy(receipt, _named(receipt), content, _judged(content, list(visits.values()), by))


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
