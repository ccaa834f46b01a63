"""What an officer does at the desk: hand out an account, note a guardian, show labelled visits to whom they concern.

Each act compares the number on the card with those of the person, once more at the moment of writing: a page that was
left open, or a name clicked in haste, opens no record.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.kernel.access.models import CitizenAccount, Guardianship
from soyte.kernel.access.own import adult_on
from soyte.kernel.access.services import LONGEST_REASON
from soyte.kernel.accounts.services import Issued, new_citizen, new_code
from soyte.kernel.actors import Acting
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError, refusing
from soyte.kernel.people.models import Identifier, Person
from soyte.kernel.people.names import citizen_number, insurance_number, passport_number, phone_number
from soyte.kernel.people.selectors import families, family
from soyte.kernel.text import last_four, one_line
from soyte.kernel.text.format import day as day_text
from soyte.kernel.text.format import instant

ACTION = "citizens.admit"
CODES_A_DAY = 3
LEAST_AGE = 14  # who must have an identity card: Luật Căn cước 26/2023/QH15, art. 19


class NumberNotHis(DomainError):
    code = "citizens.number_not_his"
    message = _(
        "Số “%(number)s” không phải số của %(name)s trong các tệp đã nhận. Kiểm tra lại từng chữ số trên giấy tờ; "
        "nếu giấy tờ đúng thì chưa cấp được, vì có thể đây là hồ sơ của người khác."
    )


class NumberEnded(DomainError):
    code = "citizens.number_ended"
    message = _("Số “%(number)s” của %(name)s hết hiệu lực từ %(on)s. Hỏi giấy tờ đang còn hiệu lực.")


class AccountExists(DomainError):
    code = "citizens.account_exists"
    message = _(
        "%(name)s đã có tài khoản từ %(at)s. Mã chỉ hiện một lần; chưa kịp chép, hoặc quên mật khẩu, thì cấp mã mới."
    )


class NoAccount(DomainError):
    code = "citizens.no_account"
    message = _("%(name)s chưa có tài khoản. Cấp tài khoản trước.")


class TooYoung(DomainError):
    code = "citizens.too_young"
    message = _(
        "%(name)s chưa đủ %(age)s tuổi nên chưa có tài khoản riêng. Ghi người giám hộ để cha mẹ xem thay cho cháu."
    )


class TooManyCodes(DomainError):
    code = "citizens.too_many_codes"
    message = _("Hôm nay đã cấp %(most)s mã cho %(name)s. Mai cấp tiếp, hoặc dùng mã cấp sau cùng.")


class BirthUnknown(DomainError):
    code = "citizens.birth_unknown"
    message = _("Chưa tệp nào ghi ngày sinh của %(name)s nên không biết ngày đủ 18 tuổi. Chưa ghi được người giám hộ.")


class ChildIsAdult(DomainError):
    code = "citizens.child_is_adult"
    message = _("%(name)s đủ 18 tuổi từ %(on)s nên không còn người giám hộ. Cấp tài khoản riêng cho %(name)s.")


class GuardianOfHimself(DomainError):
    code = "citizens.guardian_of_himself"
    message = _("Hai số này là của cùng một người. Ghi số của con.")


class GuardianshipTooLong(DomainError):
    code = "citizens.guardianship_too_long"
    message = _("Ngày thôi giám hộ phải sau hôm nay và không sau ngày đủ 18 tuổi, %(latest)s.")


class GuardianshipExists(DomainError):
    code = "citizens.guardianship_exists"
    message = _("%(guardian)s đang là người giám hộ của %(child)s. Muốn đổi ngày hay giấy tờ thì thôi lần trước đã.")


class GuardianshipEnded(DomainError):
    code = "citizens.guardianship_ended"
    message = _("Việc giám hộ này đã thôi từ %(on)s.")


class PaperMissing(DomainError):
    code = "citizens.paper_missing"
    message = _("Thiếu số, ngày và nơi cấp của giấy tờ. Ví dụ: “Số 123, ngày 05/06/2019, UBND xã Tân An”.")


def numbers_of(text: str) -> Iterator[tuple[str, str]]:
    """What a number on a card may be: (kind, value) of Identifier."""
    kinds = Identifier.Kind
    for kind, value in (
        (kinds.CITIZEN, citizen_number(text)),
        (kinds.PASSPORT, passport_number(text)),
        (kinds.INSURANCE, insurance_number(text)),
    ):
        if value:
            yield kind, value


def _with_number(text: str) -> QuerySet[Identifier]:
    asked = Q(pk__in=[])
    for kind, value in numbers_of(text):
        asked |= Q(kind=kind, value=value)
    return Identifier.objects.filter(asked)


def bearers(text: str) -> list[Person]:
    """The persons who bear exactly this number, each by who stands for him. Not filtered: citizens.admit opens everybody."""
    rows = Person.objects.filter(pk__in=_with_number(text).values_list("person_id")[:20]).select_related("merged_into")
    found = {(person.merged_into or person).pk: person.merged_into or person for person in rows}
    return sorted(found.values(), key=lambda person: person.pk)


def account_of(people: Collection[uuid.UUID]) -> CitizenAccount | None:
    """The account in force of a record."""
    rows = CitizenAccount.objects.filter(person__in=people, ended_at=None).select_related("account", "unit", "given_by")
    return rows.order_by("id").first()


def guardianships(people: Collection[uuid.UUID]) -> QuerySet[Guardianship]:
    """Guardianships in which one of `people` is guardian or child, the latest first."""
    rows = Guardianship.objects.filter(Q(guardian__in=people) | Q(child__in=people))
    return rows.select_related("guardian", "child", "unit", "made_by", "ended_by").order_by("-valid_to", "-id")


def _checked(person: Person, people: Collection[uuid.UUID], number: str) -> str:
    """The card as it is kept. Raises NumberNotHis, NumberEnded."""
    today = timezone.localdate()
    shown = {"number": number.strip(), "name": person.full_name}
    rows = list(_with_number(number).filter(person__in=people).order_by("id"))
    if not rows:
        raise NumberNotHis(**shown)
    # An insurance card ends, the number of its holder does not.
    holding = [row for row in rows if row.kind == Identifier.Kind.INSURANCE or not row.valid_to or row.valid_to > today]
    if not holding:
        raise NumberEnded(**shown, on=day_text(max(row.valid_to for row in rows if row.valid_to)))
    return f"{holding[0].get_kind_display()} {last_four(holding[0].value)}"


def _locked(person_id: uuid.UUID) -> tuple[Person, list[uuid.UUID]]:
    """The person who stands for the record, locked so that two desks take their turn, and all rows of the record."""
    person = Person.objects.get(pk=person_id)
    stands = Person.objects.select_for_update(of=("self",)).get(pk=person.record_id)
    return stands, family(stands.pk)


@transaction.atomic
def admit(
    actor: Acting,
    person_id: uuid.UUID,
    *,
    number: str,
    phone: str = "",
    password: str | None = None,
    synthetic: bool = False,
) -> Issued:
    """Hand out an account with a one-time code. Raises NumberNotHis, NumberEnded, AccountExists, TooYoung, Refused."""
    person, people = _locked(person_id)
    actor.require(ACTION, person)
    card = _checked(person, people, number)
    if known := account_of(people):
        raise AccountExists(name=person.full_name, at=instant(known.given_at))
    age = person.age_on(timezone.localdate())
    if age is not None and age < LEAST_AGE:
        raise TooYoung(name=person.full_name, age=LEAST_AGE)
    issued = new_citizen(
        display_name=person.full_name, phone=phone_number(phone), password=password, synthetic=synthetic
    )
    made = CitizenAccount.objects.create(
        account=issued.account,
        person=person,
        card=card,
        unit_id=actor.post_for(ACTION)[1],
        given_by_id=actor.account_id,
        given_at=timezone.now(),
    )
    _tell(actor, made, person, "admit", card=card)
    return issued


@transaction.atomic
def renew_code(actor: Acting, person_id: uuid.UUID, *, number: str) -> Issued:
    """A new one-time code; the old password and all sessions end. Raises NumberNotHis, NoAccount, TooManyCodes, Refused."""
    person, known, card = _known(actor, person_id, number)
    since = timezone.now() - dt.timedelta(days=1)
    given = AuditEvent.objects.filter(person_id=person.pk, action=ACTION, at__gte=since, outcome="done")
    if given.filter(details__act__in=("admit", "renew code")).count() >= CODES_A_DAY:
        raise TooManyCodes(most=CODES_A_DAY, name=person.full_name)
    issued = new_code(known.account)
    _tell(actor, known, person, "renew code", card=card)
    return issued


@transaction.atomic
def show_labelled(actor: Acting, person_id: uuid.UUID, *, number: str, shown: bool) -> CitizenAccount:
    """He asked, here and in person, to see his labelled visits, or not to see them any more. Raises as renew_code."""
    person, known, card = _known(actor, person_id, number)
    known.labelled_since = timezone.now() if shown else None
    known.save(update_fields=["labelled_since"])
    _tell(actor, known, person, "show labelled" if shown else "hide labelled", card=card)
    return known


@transaction.atomic
def end_account(actor: Acting, person_id: uuid.UUID, *, number: str, reason: str) -> CitizenAccount:
    """Take the account back; its sessions end at their next page. Raises as renew_code."""
    person, known, card = _known(actor, person_id, number)
    known.ended_at, known.end_reason = timezone.now(), one_line(reason)[:LONGEST_REASON]
    known.save(update_fields=["ended_at", "end_reason"])
    known.account.is_active = False
    known.account.save(update_fields=["is_active"])
    _tell(actor, known, person, "end account", reason=known.end_reason, card=card)
    return known


def _known(actor: Acting, person_id: uuid.UUID, number: str) -> tuple[Person, CitizenAccount, str]:
    person, people = _locked(person_id)
    actor.require(ACTION, person)
    card = _checked(person, people, number)
    known = account_of(people)
    if known is None:
        raise NoAccount(name=person.full_name)
    return person, known, card


def _tell(actor: Acting, about: CitizenAccount, person: Person, act: str, *, reason: str = "", card: str) -> None:
    record(actor, ACTION, obj=about, person_id=person.pk, reason=reason, details={"act": act, "card": card})


@transaction.atomic
def make_guardian(
    actor: Acting,
    guardian_id: uuid.UUID,
    *,
    number: str,
    child_id: uuid.UUID,
    paper_kind: str,
    paper: str,
    until: dt.date | None = None,
) -> Guardianship:
    """Note that a person speaks for a child, by the paper that the officer has read; until the 18th birthday, or sooner.

    `number` is on the guardian's card. Raises NumberNotHis, GuardianOfHimself, PaperMissing, BirthUnknown, ChildIsAdult,
    GuardianshipTooLong, GuardianshipExists, Refused.
    """
    guardian, people = _locked(guardian_id)
    actor.require(ACTION, guardian)
    card = _checked(guardian, people, number)
    child = Person.objects.select_related("merged_into").get(pk=child_id)
    child = child.merged_into or child
    if child.pk in people:
        raise GuardianOfHimself()
    paper = one_line(paper)
    if not paper:
        raise PaperMissing()
    if child.birth_date is None:
        raise BirthUnknown(name=child.full_name)
    today, latest = timezone.localdate(), adult_on(child.birth_date)
    if latest <= today:
        raise ChildIsAdult(name=child.full_name, on=day_text(latest))
    end = until or latest
    if not today < end <= latest:
        raise GuardianshipTooLong(latest=day_text(latest))
    exists = GuardianshipExists(guardian=guardian.full_name, child=child.full_name)
    here = families([child.pk])[child.pk]
    if Guardianship.objects.filter(guardian__in=people, child__in=here, valid_to__gt=today).exists():
        raise exists
    with refusing(guardianship_once_at_a_time=exists):
        made = Guardianship.objects.create(
            guardian=guardian,
            child=child,
            paper_kind=paper_kind,
            paper=paper[:200],
            valid_from=today,
            valid_to=end,
            adult_on=latest,
            unit_id=actor.post_for(ACTION)[1],
            made_by_id=actor.account_id,
            made_at=timezone.now(),
        )
    details = {"act": "guardian", "guardian": str(guardian.pk), "card": card, "paper": made.paper, "until": end}
    record(actor, ACTION, obj=made, person_id=child.pk, details=details)
    return made


@transaction.atomic
def end_guardian(actor: Acting, guardianship_id: int, *, reason: str) -> Guardianship:
    """From today on the child's record is closed to the guardian. Raises GuardianshipEnded, Refused."""
    one = Guardianship.objects.select_for_update(of=("self",)).select_related("child").get(pk=guardianship_id)
    actor.require(ACTION, one.child)
    today = timezone.localdate()
    if one.valid_to <= today:
        raise GuardianshipEnded(on=day_text(one.valid_to))
    one.valid_to, one.ended_by_id, one.end_reason = today, actor.account_id, one_line(reason)[:LONGEST_REASON]
    one.save(update_fields=["valid_to", "ended_by", "end_reason"])
    record(actor, ACTION, obj=one, person_id=one.child_id, reason=one.end_reason, details={"act": "end guardian"})
    return one
