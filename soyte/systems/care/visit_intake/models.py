"""What was received, piece by piece, and what became of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """One file that was received. The same bytes have one receipt, however often they come.

    `id` grows with receipt: of two versions of a visit with the same NGAYLAP the one of the greater id is in force.
    A receipt in state `received` was cut short; receiving the same bytes again finishes it.
    """

    class Channel(models.TextChoices):
        GATEWAY = "gateway", _("Cổng nhận")
        UPLOAD = "upload", _("Tải lên")
        FOLDER = "folder", _("Thư mục theo dõi")
        COMMAND = "command", _("Dòng lệnh")

    class Kind(models.TextChoices):
        VISITS = "visits", _("Hồ sơ khám bệnh")
        CHECK_IN = "check_in", _("Báo có mặt")
        ASSESSMENT = "assessment", _("Giám định y khoa")
        UNREADABLE = "unreadable", _("Không đọc được")

    class State(models.TextChoices):
        RECEIVED = "received", _("Đang xử lý")
        DONE = "done", _("Đã xong")

    class Signature(models.TextChoices):
        NONE = "none", _("Không có chữ ký")
        VALID = "valid", _("Chữ ký đúng")
        INVALID = "invalid", _("Chữ ký sai")
        UNVERIFIED = "unverified", _("Chưa kiểm được")

    number = models.TextField(unique=True)  # what the sender is told: maGiaoDich
    sha256 = models.BinaryField(unique=True)
    size = models.BigIntegerField()
    filename = models.TextField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sender = models.TextField()  # name for the list: username or command
    sender_facility = models.TextField(default="")  # the signed-in account's facility, which both codes must name
    unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # the sender's unit; without one that of MACSKCB, once known
    facility_code = models.TextField(default="")  # MACSKCB
    made_on_written = models.TextField(default="")  # NGAYLAP
    version_day = models.DateField()  # NGAYLAP, never later than the day of receipt; that day where it is unreadable
    declared_count = models.IntegerField(null=True)  # SOLUONGHOSO
    encoding = models.CharField(max_length=9, default="utf-8")  # of the pieces, as the survey of the file found it
    signature = models.CharField(max_length=10, choices=Signature.choices, default=Signature.NONE)
    signer = models.TextField(default="")

    # sums of the first run, told again when the same bytes come again
    visit_count = models.IntegerField(default=0)
    accepted_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    replaced_count = models.IntegerField(default=0)

    class Meta:
        indexes = [
            # the sender's list of files, newest first; his calendar of the month
            models.Index(fields=["unit", "-id"], name="receipt_unit_newest"),
            # the department's list of all files; quality over a period
            models.Index(fields=["-received_at"], name="receipt_newest"),
            # work that was cut short
            models.Index(fields=["id"], condition=models.Q(state="received"), name="receipt_unfinished"),
        ]

    def __str__(self) -> str:
        return self.number


class SourcePiece(models.Model):
    """One piece of a received file: joined in order of `seq` the pieces of a receipt are the very bytes received.

    Piece 0 is the head of the envelope, then one for each HOSO, last the tail. A file that could not be cut is kept as
    pieces of equal size.
    """

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    seq = models.IntegerField()
    blob = models.ForeignKey(
        "files.Blob", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receipt", "seq"], name="source_piece_once")]


class ReceiptVisit(models.Model):
    """The verdict on one HOSO of a received file. A refused one is kept with its findings and can be run again."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Đã nhận")
        REFUSED = "refused", _("Bị từ chối")

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="visits", db_index=False)
    seq = models.IntegerField()  # the number of its SourcePiece
    blob = models.ForeignKey(
        "files.Blob", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    facility_code = models.TextField(default="")  # MA_CSKCB as far as it could be read
    visit_code = models.TextField(null=True)  # MA_LK; null where XML1 could not be read
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    replaced = models.BooleanField(default=False)  # accepted, and an earlier version was known
    encounter = models.ForeignKey(
        "encounters.Encounter", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    labels = ArrayField(models.TextField(), default=list)
    ended_on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=33, decimal_places=3, null=True)  # đồng, T_TONGCHI_BV: the money at stake
    replayed_at = models.DateTimeField(null=True)  # when a refused one was run again last

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receipt", "seq"], name="receipt_visit_once")]
        indexes = [
            # all that was received of one visit, newest first
            models.Index(fields=["facility_code", "visit_code", "-id"], name="receipt_visit_versions"),
            # the list of refused visits
            models.Index(
                fields=["facility_code", "-id"], condition=models.Q(verdict="refused"), name="receipt_visit_refused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility_code}/{self.visit_code or '?'}"


class Finding(models.Model):
    """One thing that a rule found in a received file. `receipt_visit` is null for a finding on the envelope or file.

    Its words are made when it is shown (selectors.words_of): masked for who lacks the grant. `value` and the values of
    `params` are sealed where the visit carries a label.
    """

    class Severity(models.TextChoices):
        ERROR = "error", _("Lỗi")
        WARNING = "warning", _("Cảnh báo")
        NOTE = "note", _("Ghi nhận")

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="findings")
    receipt_visit = models.ForeignKey(
        ReceiptVisit, on_delete=models.PROTECT, null=True, related_name="findings", db_index=False
    )
    table = models.TextField(null=True)  # XML2; null for the envelope
    line = models.IntegerField(null=True)  # 1-based row in the table
    field = models.TextField(null=True)
    code = models.TextField()
    severity = models.CharField(max_length=7, choices=Severity.choices)
    value = models.TextField(default="")  # as received
    params = models.JSONField(default=dict)  # facts for the message

    class Meta:
        indexes = [
            # the findings of one visit, on its page
            models.Index(
                fields=["receipt_visit"], condition=models.Q(receipt_visit__isnull=False), name="finding_visit"
            ),
        ]


class Upload(models.Model):
    """A file or ZIP that somebody handed in by the browser, kept in the spool until a worker has received it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Chờ xử lý")
        DONE = "done", _("Đã xong")
        FAILED = "failed", _("Không đọc được")

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    filename = models.TextField()
    size = models.BigIntegerField()
    spool = models.TextField()  # name in the spool folder
    batch = models.UUIDField(null=True)  # shared by files that were chosen together
    file_count = models.IntegerField(null=True)  # visit files in it; null for a ZIP that cannot be taken
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    error = models.TextField(default="")  # rule code of what is wrong with the ZIP itself
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # the sender's uploads, newest first
            models.Index(fields=["unit", "-id"], name="upload_unit_newest"),
            # what waits to be received
            models.Index(fields=["unit"], condition=models.Q(state="waiting"), name="upload_waiting"),
            # the files chosen together, on their page
            models.Index(fields=["batch"], condition=models.Q(batch__isnull=False), name="upload_batch"),
        ]

    def __str__(self) -> str:
        return self.filename


class UploadedFile(models.Model):
    """One visit file of an upload and its receipt, which an earlier sending of the same bytes may have made."""

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="files", db_index=False)
    seq = models.IntegerField()
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    filename = models.TextField()
    repeated = models.BooleanField(default=False)
    skipped = models.TextField(default="")  # rule code of why it was not read

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "seq"], name="uploaded_file_once")]


class QualityMonth(models.Model):
    """How good the files of one sender were that were made in one month: sums, so that a page need not count visits.

    A file counts in the month of its version day. `late_n`: visits whose file was made more than n days after they ended.
    """

    unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # null: files that nobody is known to have sent
    month = models.DateField()  # its first day
    files = models.IntegerField()
    unreadable = models.IntegerField()
    visits = models.IntegerField()
    refused = models.IntegerField()
    warned = models.IntegerField()  # taken, with something to look at
    late_1 = models.IntegerField()
    late_3 = models.IntegerField()
    late_7 = models.IntegerField()
    late_30 = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "unit"], nulls_distinct=False, name="quality_month_once")
        ]


class RuleMonth(models.Model):
    """How often one rule spoke of the files of one sender and month: visits, or files where it speaks of the file."""

    unit = models.ForeignKey(
        "organisations.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    month = models.DateField()
    code = models.TextField()
    severity = models.CharField(max_length=7, choices=Finding.Severity.choices)
    visits = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "unit", "code", "severity"], nulls_distinct=False, name="rule_month_once"
            )
        ]


class QualityProgress(models.Model):
    """How far receipts are counted in QualityMonth and RuleMonth: one row."""

    last_receipt_id = models.BigIntegerField(default=0)
    pending = ArrayField(models.BigIntegerField(), default=list)  # earlier receipts that were not finished then
    counted_at = models.DateTimeField(null=True)
