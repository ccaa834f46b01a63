"""The three questions about allergies, answered by the person himself or by who speaks for a child."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soyte.clinical.allergies.models import AllergyStatement
from soyte.clinical.allergies.selectors import told
from soyte.kernel.access.actor import Actor
from soyte.kernel.audit.services import record
from soyte.kernel.errors import DomainError
from soyte.kernel.people.models import Person
from soyte.kernel.people.selectors import family
from soyte.kernel.text import one_line

Answer = AllergyStatement.Answer
LONGEST = 300


class SubstanceMissing(DomainError):
    code = "own_record.substance_missing"
    message = _("Bạn chọn “Có”: ghi dị ứng với gì và đã bị sao. Ví dụ: “Penicillin, nổi mẩn, khó thở năm 2019”.")

    @property
    def kind(self) -> str:
        return str(self.facts["kind"])


@transaction.atomic
def tell(actor: Actor, person: Person, answers: Mapping[str, tuple[str, str]]) -> list[AllergyStatement]:
    """Keep what was answered: {kind: (answer, to what)}. An answer that is known already is not kept twice.

    Raises SubstanceMissing (its `kind` says where), Refused.
    """
    actor.require("own_record.tell", person)
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    known, now = told(family(person.pk)), timezone.now()
    fresh = []
    for kind, (answer, written) in answers.items():
        substance = one_line(written)[:LONGEST] if answer == Answer.YES else ""
        if answer == Answer.YES and not substance:
            raise SubstanceMissing(kind=kind)
        before = known.get(kind)
        if before is None or (before.answer, before.substance) != (answer, substance):
            fresh.append(AllergyStatement(kind=kind, answer=answer, substance=substance, person=person, at=now,
                                          told_by=actor.account, for_a_child=person.pk in actor.ward_people))  # fmt: skip
    AllergyStatement.objects.bulk_create(fresh)
    if fresh:
        details = {"act": "allergies", "kinds": [row.kind for row in fresh]}
        record(
            actor, "own_record.tell", object_kind="allergies", object_id=person.pk, person_id=person.pk, details=details
        )
    return fresh
