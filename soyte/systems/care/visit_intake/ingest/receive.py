"""Files into the record: the one way in for all doors.

Each file is copied and surveyed, gets its receipt, is cut into its visits; batches of these are judged and written,
here or by worker processes; when the last of a file is written its receipt is finished. Outcomes come in the order of
the files, whatever was worked on side by side.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import takewhile
from time import monotonic

from django.db import DatabaseError
from django.utils import timezone

from soyte.clinical.terminology import selectors as terminology
from soyte.kernel.actors import Acting
from soyte.kernel.jobs.services import is_work_waiting
from soyte.systems.care.visit_intake.ingest import receipts, sheets
from soyte.systems.care.visit_intake.ingest.batch import store
from soyte.systems.care.visit_intake.ingest.held import Held, Source, SourceFault
from soyte.systems.care.visit_intake.ingest.judge import Knowledge, Piece, judge_all
from soyte.systems.care.visit_intake.ingest.knowledge import database_lists
from soyte.systems.care.visit_intake.ingest.pool import Inline, Pool, Runner
from soyte.systems.care.visit_intake.ingest.recall import outcome, recall_many
from soyte.systems.care.visit_intake.ingest.receipts import OpenFile, Outcome, Sender, VisitOutcome, visit_outcome
from soyte.systems.care.visit_intake.rules import severity

BATCH_VISITS = 100
BATCH_BYTES = 4 << 20
GROUP_FILES = 100
SHEETS = frozenset({"check_in", "assessment"})
_ALWAYS_ASKED = ("icd10", "commune", "province", "visit_kind", "visit_subject", "department", "occupation")


Work = Callable[[Sequence[Piece]], list[VisitOutcome]]


def _never() -> bool:
    return False


def receive(
    sources: Iterable[Source],
    sender: Sender,
    *,
    processes: int = 0,
    batch_visits: int = BATCH_VISITS,
    stop: Callable[[], bool] = _never,
    known: Callable[[], Knowledge] | None = None,
) -> Iterator[Outcome]:
    """Receive files and tell what became of each, in their order.

    `processes`: worker processes, 0 to work in this one. `batch_visits`: visits in one transaction; 1 where each is to
    stand alone. `stop` is asked between the batches of one file: that file and those behind it are not told then, and
    receiving them again goes on there. `known` gives the lists where several calls of one run share them. Raises what is no file's fault: a lost database, a full disk. What was committed by then stays, and
    receiving the same files again goes on where it stopped.
    """
    known = known or cache(knowledge)  # read when first asked for: bytes that came before need none of it
    work = partial(_work, sender.actor, known)
    with contextlib.ExitStack() as stack:
        runner: Runner = (
            stack.enter_context(Pool(work, processes=processes, prepare=known)) if processes else Inline(work)
        )
        intake = _Intake(sender, known, runner, batch_visits, stop)
        stack.callback(intake.leave)
        yield from intake.receive(sources)


def for_seconds(sources: Iterable[Source], seconds: float) -> Iterator[Source]:
    """The first source, and those asked for within so many seconds: a run that ends, so that others have their turn."""
    end = monotonic() + seconds
    for source in sources:
        yield source
        if monotonic() > end:
            return


def turn(seconds: float) -> Callable[[], bool]:
    """Whether this run is over, within a file: other work waits, and it went on for so long since it was first asked."""
    end = 0.0

    def is_over() -> bool:
        nonlocal end
        end = end or monotonic() + seconds
        return monotonic() > end and is_work_waiting()

    return is_over


def receive_one(source: Source, sender: Sender, *, batch_visits: int = BATCH_VISITS) -> Outcome:
    """Receive one file in this process."""
    return next(iter(list(receive([source], sender, batch_visits=batch_visits))))


def knowledge() -> Knowledge:
    """The lists of the database, for one run."""
    lists = database_lists()
    today = timezone.localdate()
    for name in _ALWAYS_ASKED:
        lists.state(name, "", today)
    severity("", today)  # the weights of rules, whose patterns are compiled by the first question
    return Knowledge(lists, terminology.terms())


def _work(actor: Acting, known: Callable[[], Knowledge], pieces: Sequence[Piece]) -> list[VisitOutcome]:
    return [visit_outcome(stored) for stored in store(judge_all(pieces, known()), actor=actor)]


@dataclass(slots=True)
class _Slot:
    """The place of a file among those to be told of. `file` is None while the same bytes are worked on elsewhere."""

    source: Source
    sha256: bytes
    file: OpenFile | None = None

    @property
    def is_repeated(self) -> bool:
        return self.file is None or self.file.repeated


@dataclass(slots=True)
class _Intake:
    sender: Sender
    known: Callable[[], Knowledge]
    runner: Runner
    batch_visits: int
    stop: Callable[[], bool]
    stopped: bool = False  # within a file
    slots: deque[_Slot] = field(default_factory=deque)
    batch: list[tuple[OpenFile, Piece]] = field(default_factory=list)
    in_work: dict[int, list[OpenFile]] = field(default_factory=dict)  # the file of each piece of a submitted batch
    open: dict[bytes, OpenFile] = field(default_factory=dict)  # by hash; under our locks
    ready: list[OpenFile] = field(default_factory=list)  # all of it written but the receipt
    told: dict[bytes, int] = field(default_factory=dict)  # receipts of this run by hash
    tokens: int = 0
    batch_bytes: int = 0

    def receive(self, sources: Iterable[Source]) -> Iterator[Outcome]:
        fault: SourceFault | None = None
        groups = _groups(sources)
        while fault is None and not self.stopped and (group := next(groups, None)) is not None:
            fault = group.fault
            self._open(group.files)
            self._collect(all_of_them=False)
            yield from self._tell()
        self._drain()
        yield from self._tell()
        while self.slots and not self.stopped:
            self._open_after_others(self.slots[0])
            yield from self._tell()
        if fault is not None:
            raise fault

    def leave(self) -> None:
        """Give the files back that are still ours: at the end none, after a fault those that were cut short."""
        with contextlib.suppress(DatabaseError):
            receipts.unlock(self.open.values())
        for file in self.open.values():
            file.held.close()

    def _open(self, group: Sequence[tuple[Source, Held]]) -> None:
        fresh: dict[bytes, tuple[_Slot, Held]] = {}
        for source, held in group:
            slot = _Slot(source, held.sha256)
            self.slots.append(slot)
            if held.sha256 in self.open or held.sha256 in self.told or held.sha256 in fresh:
                held.close()
            else:
                fresh[held.sha256] = slot, held
        locks = receipts.try_lock([held for _slot, held in fresh.values()])
        mine = [pair for pair, locked in zip(fresh.values(), locks, strict=True) if locked]
        for (_slot, held), locked in zip(fresh.values(), locks, strict=True):
            if not locked:
                held.close()
        self._take(mine)

    def _open_after_others(self, slot: _Slot) -> None:
        """A file whose bytes somebody else was receiving: wait for him, then tell what he did or do it."""
        held = Held(slot.source)
        receipts.wait_for_lock(held)
        self._take([(slot, held)])
        self._drain()

    def _take(self, mine: Sequence[tuple[_Slot, Held]]) -> None:
        opened = receipts.open_receipts([held for _slot, held in mine], self.sender)
        for (slot, _held), file in zip(mine, opened, strict=True):
            slot.file = file
            self.open[slot.sha256] = file
        for file in opened:
            if not self.stopped:
                self._cut(file)

    def _cut(self, file: OpenFile) -> None:
        if file.repeated or file.kind != "visits":
            if file.kind in SHEETS and not file.repeated:
                self._read_sheet(file)
            self.ready.append(file)
            return
        stored = receipts.stored_pieces(file)
        pieces = [(seq, at) for seq, at in enumerate(file.held.survey.visits, start=1) if seq not in stored]
        file.waiting = len(pieces)
        if not pieces:
            self.ready.append(file)
        for number, (seq, (start, end)) in enumerate(pieces, start=1):
            self.batch.append((file, Piece(file.facts, seq, file.held.piece(start, end))))
            self.batch_bytes += end - start
            if len(self.batch) >= self.batch_visits or self.batch_bytes >= BATCH_BYTES:
                self._submit()
                if number < len(pieces) and self.stop():
                    self.stopped = True
                    return

    def _read_sheet(self, file: OpenFile) -> None:
        content = file.held.whole()
        file.sheet = sheets.read(content, kind=file.kind, facts=file.facts, knowledge=self.known())

    def _submit(self) -> None:
        if not self.batch:
            return
        self.tokens += 1
        self.in_work[self.tokens] = [file for file, _piece in self.batch]
        self.runner.submit(self.tokens, [piece for _file, piece in self.batch])
        self.batch, self.batch_bytes = [], 0
        self._collect(all_of_them=False)

    def _collect(self, *, all_of_them: bool) -> None:
        for token, visits in self.runner.results(all_of_them=all_of_them):
            for file, visit in zip(self.in_work.pop(token), visits, strict=True):
                file.visits.append(visit)
                file.waiting -= 1
                if not file.waiting:
                    self.ready.append(file)
            self._finish()

    def _drain(self) -> None:
        self._submit()
        self._collect(all_of_them=True)
        self._finish()

    def _finish(self) -> None:
        ready, self.ready = self.ready, []
        if not ready:
            return
        receipts.finish([file for file in ready if not file.repeated])
        receipts.unlock(ready)
        for file in ready:
            file.held.close()
            del self.open[file.held.sha256]
            self.told[file.held.sha256] = file.facts.receipt_id

    def _tell(self) -> Iterator[Outcome]:
        self._finish()
        ready = list(takewhile(lambda slot: slot.sha256 in self.told, self.slots))
        repeated = [self.told[slot.sha256] for slot in ready if slot.is_repeated]
        recalled = recall_many(repeated)
        for slot in ready:
            self.slots.popleft()
            if slot.is_repeated:
                yield replace(recalled[self.told[slot.sha256]], name=slot.source.name)
            else:
                assert slot.file is not None
                yield outcome(slot.file)


@dataclass(slots=True)
class _Group:
    """Files surveyed, that make about one batch, so that small files share a transaction."""

    files: list[tuple[Source, Held]] = field(default_factory=list)
    visits: int = 0
    size: int = 0
    fault: SourceFault | None = None  # why no more files follow

    def add(self, source: Source, held: Held) -> None:
        self.files.append((source, held))
        self.visits += len(held.survey.visits)
        self.size += held.size

    @property
    def is_full(self) -> bool:
        return self.visits >= BATCH_VISITS or self.size >= BATCH_BYTES or len(self.files) >= GROUP_FILES


def _groups(sources: Iterable[Source]) -> Iterator[_Group]:
    group = _Group()
    try:
        for source in sources:
            group.add(source, Held(source))
            if group.is_full:
                yield group
                group = _Group()
    except SourceFault as fault:
        group.fault = fault
    if group.files or group.fault:
        yield group
