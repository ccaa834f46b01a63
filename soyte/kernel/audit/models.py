"""What happened: rows that are only ever added, sealed in batches whose hashes form a chain."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import BigIntegerField, Func, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _


def current_transaction() -> Cast:
    """The 64-bit number of the writing transaction; below 2^63 for some 290,000 years at a million a second."""
    return Cast(Cast(Func(function="pg_current_xact_id"), TextField()), BigIntegerField())


class AuditEvent(models.Model):
    """One act or one refused attempt. A trigger refuses UPDATE and DELETE.

    Keys carry no database constraint: a refused attempt is written by a connection of its own, which would wait for
    ever on a key row that the refused transaction itself has locked.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Đã làm")
        REFUSED = "refused", _("Bị từ chối")

    at = models.DateTimeField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    post = models.ForeignKey(
        "access.Post", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisations.Unit", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    actor_text = models.CharField(max_length=255)
    action = models.CharField(max_length=80)
    purpose = models.CharField(max_length=40, blank=True, default="")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    object_kind = models.CharField(max_length=80, blank=True, default="")
    object_id = models.TextField(blank=True, default="")
    person_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True, default="")
    xid = models.BigIntegerField(db_default=current_transaction(), editable=False)

    class Meta:
        indexes = [
            # "Who looked at this person", the refused attempts, an account's own acts; BRIN because xid only grows.
            models.Index(fields=["person_id", "-id"], condition=Q(person_id__isnull=False), name="audit_of_person"),
            models.Index(fields=["-id"], condition=Q(outcome="refused"), name="audit_refused"),
            models.Index(fields=["account", "-id"], condition=Q(account__isnull=False), name="audit_of_account"),
            BrinIndex(fields=["xid"], name="audit_xid"),
        ]


class AuditBatch(models.Model):
    """A sealed batch: every event with id > after_id and from_xid <= xid < until_xid.

    Bounds are transactions and not ids, because an event with a lower id may commit later; once no transaction
    below until_xid runs, the batch can neither gain nor lose a row. A database restored into a new server counts its
    transactions anew: its count is the batches with the next higher `after_id`, and ends the ids of the one before.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    after_id = models.BigIntegerField()
    from_xid = models.BigIntegerField()
    until_xid = models.BigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    events = models.PositiveIntegerField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()
