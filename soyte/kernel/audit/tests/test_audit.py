import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from soyte.kernel.access.tests.people import actor, unit
from soyte.kernel.actors import Machine
from soyte.kernel.audit import selectors
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.audit.services import Row, batch, record, record_many, record_read, record_refused

MACHINE = Machine("soyte test", address="10.0.0.9", request_id="abc")


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update audit_auditevent set reason = ''", "delete from audit_auditevent"])
def test_events_are_only_ever_added(change):
    record(MACHINE, "units.manage", reason="x")
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert AuditEvent.objects.get().reason == "x"


@pytest.mark.django_db
def test_an_event_says_who_from_where_and_under_which_post():
    hospital = unit()
    doctor = actor("doctor", hospital, address="10.0.0.1", request_id="r-1")
    person = uuid.uuid4()
    record_read(doctor, person, "record", details={"page": "timeline"})
    event = selectors.who_read(person).get()
    assert (event.account, event.unit, event.post_id) == (doctor.account, hospital, doctor.posts[0].id)
    assert (event.purpose, event.address, event.request_id) == ("treatment", "10.0.0.1", "r-1")
    assert (event.action, event.object_kind, event.details) == ("record.read", "record", {"page": "timeline"})


@pytest.mark.django_db
def test_many_events_are_one_statement(django_assert_num_queries):
    people = [uuid.uuid4() for _ in range(50)]
    with django_assert_num_queries(1):
        record_many(
            MACHINE,
            [Row("visits.accept", "encounter", str(n), person, details={"n": n}) for n, person in enumerate(people)],
        )
    assert [event.details["n"] for event in AuditEvent.objects.order_by("id")] == list(range(50))


@pytest.mark.django_db
def test_a_batch_fits_a_raw_pipeline():
    connection.ensure_connection()
    raw = connection.connection
    with raw.pipeline(), raw.cursor() as cursor:
        batch(cursor, MACHINE, [Row("visits.accept", "encounter", "1"), Row("visits.replace", "encounter", "2")])
        batch(cursor, MACHINE, [])
    assert [event.action for event in selectors.events()] == ["visits.replace", "visits.accept"]


@pytest.mark.django_db(transaction=True)
def test_a_refused_attempt_survives_the_rollback_of_what_was_refused():
    hospital = unit()
    doctor = actor("doctor", hospital)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        # The account's own row is locked: a key constraint would make the other connection wait for ever.
        type(doctor.account).objects.select_for_update().get(pk=doctor.account_id)
        record(doctor, "units.manage")
        record_refused(doctor, "units.manage", obj=hospital, reason="không")
        raise ZeroDivisionError
    event = selectors.events().get()
    assert (event.outcome, event.object_kind, event.object_id) == ("refused", "organisations.unit", str(hospital.pk))
    assert list(selectors.refused_attempts(account_id=doctor.account_id)) == [event]


@pytest.mark.django_db
def test_events_are_asked_by_time_and_walked_by_the_last_row_seen():
    for hour in range(4):
        record_many(
            MACHINE, [Row("units.manage", object_id=str(hour))], at=dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC)
        )
    some = selectors.events(
        since=dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC), until=dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC)
    )
    assert [event.object_id for event in some] == ["2", "1"]
    assert [event.object_id for event in selectors.events(before_id=some[1].pk)] == ["0"]
