"""`soyte content check | load | preview`: the content files against their schemas and against the database."""

from __future__ import annotations

import argparse
import sys
import time

from django.utils.translation import gettext as _

from soyte.kernel.content.check import check_all
from soyte.kernel.content.faults import ContentError, Fault
from soyte.kernel.content.manifest import FoundSet, found_set, found_sets
from soyte.kernel.content.messages import line
from soyte.kernel.content.selectors import preview
from soyte.kernel.content.services import load_all
from soyte.kernel.content.versions import Changes

FAULTY = 1
COULD_NOT_RUN = 2
_SAMPLE = 5


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="soyte content", description=_("Danh mục: kiểm tra, nạp, xem trước"))
    acts = parser.add_subparsers(dest="act", required=True, metavar="check|load|preview")
    acts.add_parser("check", help=_("kiểm tra mọi tệp danh mục, không cần cơ sở dữ liệu"))
    for act, meaning in (("load", _("nạp danh mục vào cơ sở dữ liệu")), ("preview", _("xem điều sẽ thay đổi nếu nạp"))):
        acts.add_parser(act, help=meaning).add_argument(
            "--set", default="", metavar="MÃ", help=_("chỉ một bộ danh mục")
        )
    return parser


def _print_faults(faults: tuple[Fault, ...] | list[Fault]) -> int:
    for fault in faults:
        print(line(fault), file=sys.stderr)
    print(_("%(count)s lỗi trong tệp danh mục.") % {"count": len(faults)}, file=sys.stderr)
    return FAULTY


def _print_changes(code: str, changes: Changes) -> None:
    counts = changes.counts()
    if changes.any or counts["held"]:
        print(
            _(
                "%(code)s: %(new)s mới, %(changed)s đổi, %(ended)s kết thúc, %(unchanged)s giữ nguyên, "
                "%(held)s nhường bản đã nạp"
            )
            % {"code": code, **counts}
        )


def _check() -> int:
    faults = check_all()
    if faults:
        return _print_faults(faults)
    print(_("%(count)s bộ danh mục, không có lỗi.") % {"count": len(found_sets())})
    return 0


def _load(code: str) -> int:
    started = time.monotonic()
    outcome = load_all(only=code)
    for one in outcome:
        _print_changes(one.code, one.changes)
    facts = {
        "sets": len(outcome),
        "rows": sum(one.rows for one in outcome),
        "seconds": f"{time.monotonic() - started:.1f}",
    }
    print(_("Đã nạp %(sets)s bộ danh mục, %(rows)s dòng, trong %(seconds)s giây.") % facts)
    return 0


def _sample(found: FoundSet, changes: Changes) -> None:
    """The first few rows of each kind of change, so that a reader sees what is meant."""
    marked = (
        ("+", changes.new),
        ("~", [pair[1] for pair in changes.changed]),
        ("-", [pair[0] for pair in changes.ended]),
    )
    for mark, rows in marked:
        for row in rows[:_SAMPLE]:
            print(f"  {mark} {row.get('code', '')} {row.get('name', '')}".rstrip())


def _preview(code: str) -> int:
    sets = [found_set(code)] if code else list(found_sets().values())
    for found in sets:
        changes = preview(found)
        _print_changes(found.code, changes)
        _sample(found, changes)
    return 0


def main(argv: list[str]) -> int:
    """Exit 0 when all is well, 1 when a content file is faulty, 2 when there is no such set."""
    options = _parser().parse_args(argv)
    try:
        if options.act == "check":
            return _check()
        return _load(options.set) if options.act == "load" else _preview(options.set)
    except ContentError as error:
        return _print_faults(error.faults)
    except KeyError:
        print(_("Không có bộ danh mục “%(code)s”.") % {"code": options.set}, file=sys.stderr)
        return COULD_NOT_RUN
