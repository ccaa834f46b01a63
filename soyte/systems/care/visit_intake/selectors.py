"""Questions asked of received files."""

from __future__ import annotations

from collections.abc import Collection, Container

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from soyte.formats.visitfile import VIETNAM, Survey, Visit, read_visit
from soyte.formats.visitfile import Finding as RuleFinding
from soyte.kernel.access import policy
from soyte.kernel.actors import EVERY_LABEL, Acting
from soyte.kernel.files.selectors import get
from soyte.kernel.labels import unseal
from soyte.systems.care.visit_intake.ingest.judge import FileFacts
from soyte.systems.care.visit_intake.models import Finding, Receipt, ReceiptVisit, SourcePiece
from soyte.systems.care.visit_intake.rules import Message, message, title


def receipts(actor: Acting) -> QuerySet[Receipt]:
    """Files that the actor may see; newest first by `-id`."""
    return policy.visible(actor, "visit_files.read", Receipt.objects.all())


def received_visits(actor: Acting) -> QuerySet[ReceiptVisit]:
    """Visits of those files, taken or refused."""
    return policy.visible(actor, "visit_files.read", ReceiptVisit.objects.select_related("receipt"))


def versions_of(actor: Acting, *, facility_code: str, visit_code: str) -> QuerySet[ReceiptVisit]:
    """All that was received of one visit, newest first."""
    return received_visits(actor).filter(facility_code=facility_code, visit_code=visit_code).order_by("-id")


def words_of(found: Finding, *, granted: Container[str]) -> Message:
    """The words of a finding: what is wrong and how to mend it.

    Of a visit with a label that is not among `granted`, names, codes and texts are masked; dates, numbers, the field
    and MA_LK stay, so that the sender can mend it.
    """
    labels = found.receipt_visit.labels if found.receipt_visit else []
    return message(opened(found), masked=not all(label in granted for label in labels), say=gettext)


def title_of(found: Finding) -> str:
    """The short name of a finding's rule."""
    return title(opened(found), say=gettext)


def opened(found: Finding) -> RuleFinding:
    """A stored finding as the rule gave it, unsealed: only for who words it, never for a page."""
    params = {name: unseal(text, EVERY_LABEL) or "" for name, text in found.params.items()}
    value = unseal(found.value, EVERY_LABEL) or ""
    return RuleFinding(found.code, found.table, found.line, found.field, value, params)


def value_of(found: Finding, *, granted: Container[str]) -> str | None:
    """What stood in the field; None for whoever lacks the grant of its visit."""
    return unseal(found.value, granted)


def source_of(visit: ReceiptVisit, *, granted: Container[str]) -> Visit | None:
    """The tables of a received visit as they were read from its bytes; None without the grant of its labels."""
    content = get(bytes(visit.blob_id), granted)
    if content is None:
        return None
    return read_visit(content, index=visit.seq, survey=file_facts(visit.receipt).survey)


def original(receipt: Receipt, *, granted: Container[str]) -> bytes | None:
    """The very bytes that were received; None where a piece of them carries a label that is not granted."""
    pieces = SourcePiece.objects.filter(receipt=receipt).order_by("seq").values_list("blob_id", flat=True)
    contents: list[bytes] = []
    for blob in pieces:
        content = get(bytes(blob), granted)
        if content is None:
            return None
        contents.append(content)
    return b"".join(contents)


def file_facts(receipt: Receipt) -> FileFacts:
    """What the visits of a receipt were judged by, read back from it."""
    return files_facts([receipt])[receipt.pk]


def files_facts(receipts: Collection[Receipt]) -> dict[int, FileFacts]:
    """`file_facts` of several receipts by their key, with one query."""
    visits = ReceiptVisit.objects.filter(receipt__in=receipts).exclude(visit_code=None)
    repeated = visits.order_by().values("receipt_id", "visit_code").annotate(n=Count("id")).filter(n__gt=1)
    codes: dict[int, set[str]] = {}
    for row in repeated:
        codes.setdefault(row["receipt_id"], set()).add(str(row["visit_code"]))
    return {receipt.pk: _file_facts(receipt, frozenset(codes.get(receipt.pk, ()))) for receipt in receipts}


def _file_facts(receipt: Receipt, duplicates: frozenset[str]) -> FileFacts:
    survey = Survey(
        kind=receipt.kind,
        encoding=receipt.encoding,
        facility_code=receipt.facility_code,
        made_on=receipt.made_on_written,
        signed=receipt.signature != Receipt.Signature.NONE,
        size=receipt.size,
        duplicates=duplicates,
    )
    return FileFacts(
        receipt_id=receipt.pk,
        number=receipt.number,
        survey=survey,
        received_at=receipt.received_at,
        received_on=receipt.received_at.astimezone(VIETNAM).date(),
        version_day=receipt.version_day,
        sender_facility=receipt.sender_facility or None,
        synthetic=settings.SOYTE_DEMO,
    )
