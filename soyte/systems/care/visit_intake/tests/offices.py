"""Who works with visit files, and what they sent: builders for the tests of pages."""

import datetime as dt

from soyte.kernel.access.actor import actor_for
from soyte.kernel.access.tests.people import account, post
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake.ingest.receipts import Sender
from soyte.systems.care.visit_intake.ingest.tests.files import file, send, visit
from soyte.systems.care.visit_intake.models import Receipt

BACKEND = "soyte.kernel.accounts.backends.AccountBackend"


def facility(code="70001", name="Bệnh viện Mẫu", **facts):
    known = Unit.objects.filter(facility_code=code).first()
    told = {"kind": "hospital", "name": name, "name_folded": name.lower(), "valid_from": dt.date(2000, 1, 1), **facts}
    return known or Unit.objects.create(facility_code=code, **told)


def department():
    return Unit.objects.create(kind="department", name="Sở Y tế", name_folded="so y te", valid_from=dt.date(2000, 1, 1))


def holder(role, unit):
    person = account()
    post(person, role, unit)
    return person


def sign_in(client, role, unit):
    """The client signed in as somebody who holds this role; returns the actor."""
    person = holder(role, unit)
    client.force_login(person, backend=BACKEND)
    return actor_for(person)


def sent(*contents, names=(), unit=None):
    """Files that the unit's gateway sent."""
    unit = unit or facility()
    by = Sender(actor_for(holder("gateway", unit)), Receipt.Channel.GATEWAY, unit.facility_code, unit.pk)
    return send(*contents, names=names, by=by)


def bad(code="LK001", **summary):
    """A file whose visit is refused: a number of one digit where the list has two."""
    return file(visit(code, **({"MA_LOAI_KCB": "1"} | summary)))


def good(code="LK001", made_on="20260930", **summary):
    return file(visit(code, **summary), made_on=made_on)


def main_of(answer) -> str:
    """What stands in a page's main part: the shell around it names keys and systems, more with each release."""
    return answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
