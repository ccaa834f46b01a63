"""The insurer gateway's API, spoken by soyte: a hospital adds soyte as a second receiver and changes nothing else.

soyte never forwards anything to the insurer. Source: formats of letters 1245/BHXH-CNTT and 3190/BHXH-CNTT; docs/gateway.md.
"""

from __future__ import annotations

import io
from base64 import b64decode
from dataclasses import dataclass

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.actor import Actor, actor_for
from soyte.kernel.access.selectors import facility_of
from soyte.kernel.access.web import requires
from soyte.kernel.accounts.addresses import client_address
from soyte.kernel.accounts.sign_in import check_gateway
from soyte.kernel.audit.services import record_refused
from soyte.kernel.numbering.receipts import receipt_numbers
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake.gateway import answers, tokens
from soyte.systems.care.visit_intake.ingest.held import Source
from soyte.systems.care.visit_intake.ingest.receipts import Outcome
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.services import send

log = structlog.get_logger(__name__)
LONGEST_BASE64 = 40 << 20
LONGEST_FIELD = 200
KINDS = {Receipt.Kind.CHECK_IN.value: "0", Receipt.Kind.VISITS.value: "130", Receipt.Kind.ASSESSMENT.value: "12"}
# Where 4750 and 3176 share all elements a file says nothing of its own generation, and counts as 130.
STRANGE = {"4750": {"4210", "3176"}, "3176": {"4210"}, "130": {"4210", "3176"}}


@csrf_exempt
@requires("public")
@require_POST
@answers.in_json
def take_token(request: HttpRequest) -> HttpResponse:
    """username and the MD5 form of the password against tokens for a quarter of an hour."""
    username, password = _field(request.POST, "username"), _field(request.POST, "password").upper()
    found = check_gateway(username, password, client_address(request), request_id=getattr(request, "request_id", ""))
    if found.account is None:
        return answers.answer(answers.UNAUTHORISED, found.message)
    token = tokens.issue(found.account, password)
    key = {
        "access_token": token.access,
        "id_token": token.identity,
        "token_type": "Bearer",
        "username": found.account.username,
        "expires_in": timezone.localtime(token.expires_at).isoformat(timespec="seconds"),
    }
    return JsonResponse({"maKetQua": answers.TAKEN, "APIKey": key})


@dataclass(frozen=True, slots=True)
class Caller:
    actor: Actor
    unit: Unit


def _caller(request: HttpRequest) -> Caller | None:
    """The facility's gateway account behind the three headers; None without one in force."""
    account = tokens.holder(
        request.headers.get("accessToken", ""),
        request.headers.get("tokenId", ""),
        request.headers.get("passwordHash", "").upper(),
    )
    if account is None:
        return None
    unit = facility_of(account, timezone.localdate())
    if unit is None:
        return None
    actor = actor_for(account, address=client_address(request), request_id=getattr(request, "request_id", ""))
    return Caller(actor, unit) if actor.holds("visit_files.send") else None


@csrf_exempt
@requires("public")
@require_POST
@answers.in_json
def receive_file(request: HttpRequest, kind: str, generation: str) -> HttpResponse:
    """One file. `kind` is the loaiHoSo that belongs to this address; every generation is taken."""
    caller = _caller(request)
    if caller is None:
        return answers.answer(
            answers.UNAUTHORISED,
            _("Thiếu hoặc sai accessToken, tokenId, passwordHash, hoặc đã hết hạn. Lấy lại ở /api/token/take."),
        )
    try:
        form = request.POST
    except RequestDataTooBig:
        return _refused_unread(
            caller,
            answers.CONTENT_WRONG,
            _("Nội dung lớn hơn mức cổng nhận. Chia thành nhiều tệp hoặc tải lên trong trang Tệp khám bệnh."),
        )
    if "username" in form and _field(form, "username").lower() != caller.actor.text:
        return answers.answer(answers.UNAUTHORISED, _("username không phải của accessToken này."))
    facility = _field(form, "maCSKCB")
    if facility != caller.unit.facility_code:
        own = {"asked": facility, "own": caller.unit.facility_code}
        return _refused_unread(
            caller, answers.OTHER_FACILITY, _("maCSKCB “%(asked)s” không phải cơ sở của tài khoản (%(own)s).") % own
        )
    content = _content(form.get("fileHSBase64", ""))
    if content is None:
        return _refused_unread(
            caller,
            answers.CONTENT_WRONG,
            _("fileHSBase64 không phải base64, trống hoặc quá lớn. Mã hoá nguyên tệp XML bằng base64 chuẩn."),
        )
    return _received(request, caller, content, asked_kind=_field(form, "loaiHoSo"), kind=kind, generation=generation)


def _field(form: QueryDict, name: str) -> str:
    """A short field as the sender wrote it: it stands in answers and the audit list, which have no room for a book and
    no NUL."""
    return form.get(name, "").replace("\0", "").strip()[:LONGEST_FIELD]


def _content(text: str) -> bytes | None:
    """The bytes of strict base64; a "+" that the sender forgot to escape in the form arrives as a blank."""
    packed = "".join(text.replace(" ", "+").split())
    if not packed or len(packed) > LONGEST_BASE64:
        return None
    try:
        return b64decode(packed, validate=True)
    except ValueError:  # of characters, or of padding
        return None


def _refused_unread(caller: Caller, code: str, text: str) -> HttpResponse:
    """A refusal before any file: it has a receipt number and an audit row, and takes nothing in."""
    with connection.cursor() as cursor:
        number = receipt_numbers(cursor, 1)[0]
    record_refused(caller.actor, "visit_files.send", object_kind="gateway", object_id=number, reason=text)
    return answers.answer(code, text, number=number)


def _received(
    request: HttpRequest, caller: Caller, content: bytes, *, asked_kind: str, kind: str, generation: str
) -> HttpResponse:
    name = f"{caller.unit.facility_code}-{timezone.localtime():%Y%m%d%H%M%S}.xml"
    source = Source(name, lambda: io.BytesIO(content))
    outcome = send(caller.actor, source, unit=caller.unit, channel=Receipt.Channel.GATEWAY)
    address = request.build_absolute_uri(reverse("visit_intake:receipt", args=[outcome.number]))
    remark = _remark(outcome, asked_kind=asked_kind, kind=kind, generation=generation)
    return answers.of_outcome(outcome, address=address, remark=remark, labelled=_labelled(outcome))


def _remark(outcome: Outcome, *, asked_kind: str, kind: str, generation: str) -> str:
    """What did not fit the address, where the file was read all the same."""
    if asked_kind and asked_kind != kind:
        return _("Lưu ý: loaiHoSo “%(asked)s” không phải của địa chỉ này (%(kind)s).") % {
            "asked": asked_kind,
            "kind": kind,
        }
    sent = KINDS.get(outcome.kind, kind)
    if sent != kind:
        return _("Lưu ý: tệp thuộc loaiHoSo %(sent)s, địa chỉ này dành cho %(kind)s.") % {"sent": sent, "kind": kind}
    strange = _generations(outcome) & STRANGE[generation]
    if strange:
        return _("Lưu ý: tệp viết theo chuẩn %(sent)s, địa chỉ này mang tên chuẩn %(own)s.") % {
            "sent": ", ".join(sorted(strange)),
            "own": generation,
        }
    return ""


def _labelled(outcome: Outcome) -> set[int]:
    rows = ReceiptVisit.objects.filter(receipt=outcome.receipt_id).exclude(labels=[])
    return set(rows.values_list("seq", flat=True))


def _generations(outcome: Outcome) -> set[str]:
    visits = Encounter.objects.filter(
        pk__in=ReceiptVisit.objects.filter(receipt=outcome.receipt_id).values("encounter")
    )
    return set(visits.values_list("generation", flat=True))
