import threading

import pytest
from django.db import connection, transaction

from soyte.kernel.actors import Machine
from soyte.kernel.audit import chain
from soyte.kernel.audit.chain import seal_batches, verify
from soyte.kernel.audit.cli import main
from soyte.kernel.audit.services import record

MACHINE = Machine("soyte test")


def events(count, reason="x"):
    for _ in range(count):
        record(MACHINE, "units.manage", reason=reason)


def sealed_now(**arguments):
    """The batches sealed once every transaction of this server that began before now, our neighbours' too, has ended."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        now = cursor.fetchone()[0]
        for _ in range(400):
            cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint from pg_sleep(0.02)")
            if cursor.fetchone()[0] >= now:
                break
    return seal_batches(**arguments)


def tamper(sql):
    """What an administrator of the database could do."""
    with connection.cursor() as cursor:
        for table in ("audit_auditevent", "audit_auditbatch"):
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(sql)
        for table in ("audit_auditevent", "audit_auditbatch"):
            cursor.execute(f"alter table {table} enable trigger user")


@pytest.fixture
def sealed(transactional_db):
    events(7)
    return sealed_now(size=3)


def test_batches_hold_every_event_once(sealed):
    assert [batch.events for batch in sealed] == [3, 3, 1]
    assert verify() is None
    assert sealed_now() == []
    events(2)
    assert [batch.events for batch in sealed_now()] == [2]
    assert verify() is None


@pytest.mark.parametrize(
    "sql, broken",
    [
        ("update audit_auditevent set reason = 'y' where id = (select min(id) + 4 from audit_auditevent)", 2),
        ("delete from audit_auditevent where id = (select min(id) from audit_auditevent)", 1),
        (
            "insert into audit_auditevent (at, actor_text, action, purpose, outcome, object_kind, object_id, reason, details,"
            " request_id, xid) select at, 'forged', action, purpose, outcome, object_kind, object_id, reason, details,"
            " request_id, xid from audit_auditevent order by id desc limit 1",
            3,
        ),
        ("delete from audit_auditbatch where number = 2", 3),
        ("update audit_auditbatch set hash = sha256('x') where number = 1", 1),
        ("truncate audit_auditevent", 1),
    ],
)
def test_the_first_broken_batch_is_named(sealed, sql, broken):
    tamper(sql)
    found = verify()
    assert found is not None
    assert found.number == broken


def test_an_event_that_commits_late_is_sealed_later_and_never_skipped(transactional_db):
    written, go_on = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                record(MACHINE, "units.manage", reason="late")
                written.set()
                go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    written.wait(20)
    events(2, "after")
    assert seal_batches() == []  # the late one is older than both
    go_on.set()
    thread.join()
    sealed = sealed_now()
    assert sum(batch.events for batch in sealed) == 3
    assert verify() is None


AHEAD = 10**12
"""How many transactions an old server had run more than this one."""


def on_an_old_server(monkeypatch, count, *, seal):
    """Events as a dump of another server brings them, all of them sealed there or none."""
    events(count, "old")
    tamper(f"update audit_auditevent set xid = {AHEAD} + id where reason = 'old'")
    if seal:
        with monkeypatch.context() as old:
            old.setattr(chain, "_snapshot", lambda: (2 * AHEAD, 2 * AHEAD))
            old.setattr(chain, "_of_another_server", lambda after, start: (None, None))
            seal_batches(size=3)


@pytest.mark.parametrize("size", [2, 100])
@pytest.mark.parametrize("unsealed", [0, 4])
def test_the_chain_goes_on_when_a_dump_is_restored_into_a_new_server(transactional_db, monkeypatch, size, unsealed):
    on_an_old_server(monkeypatch, 7, seal=True)
    if unsealed:
        tamper(
            f"update audit_auditbatch set until_xid = {AHEAD} + (select max(id) + 1 from audit_auditevent)"
            " where number = 3"
        )
        on_an_old_server(monkeypatch, unsealed, seal=False)
    events(3, "new")
    assert verify() is None
    assert sum(batch.events for batch in sealed_now(size=size)) == unsealed + 3
    assert verify() is None
    events(2, "later")
    assert sum(batch.events for batch in sealed_now(size=size)) == 2
    assert verify() is None
    tamper("update audit_auditevent set actor_text = 'y' where reason = 'later'")
    assert verify() is not None


def test_nothing_sealed_before_the_dump_is_sealed_after_it(transactional_db, monkeypatch):
    on_an_old_server(monkeypatch, 7, seal=False)
    events(3, "new")
    assert [batch.events for batch in sealed_now()] == [7, 3]
    assert verify() is None


def test_the_command_says_whether_the_chain_holds(sealed, capsys):
    assert main(["verify"]) == 0
    tamper("update audit_auditevent set reason = 'y'")
    assert main(["verify"]) == 1
    assert "lô 1" in capsys.readouterr().out
