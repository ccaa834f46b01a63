"""The command `soyte`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

from soyte.config.home import HomeError

COULD_NOT_RUN = 2


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    target: str  # "module:function", a function(argv) -> exit status
    meaning: str
    database: bool = True
    offline: tuple[str, ...] = ()  # first arguments with which it needs no database all the same
    content: bool = True  # content is loaded before it runs

    def needs_database(self, argv: list[str]) -> bool:
        return self.database and not {"-h", "--help"} & {*argv} and argv[:1] not in [[act] for act in self.offline]


COMMANDS = (
    Command("demo", "soyte.config.demo:main", "Chạy tỉnh minh hoạ", database=False),
    Command("serve", "soyte.config.serve:main", "Chạy máy chủ web"),
    Command("worker", "soyte.config.worker:main", "Chạy tiến trình nền: việc chờ, thư mục theo dõi, sự kiện"),
    Command(
        "check",
        "soyte.systems.care.visit_intake.check.cli:main",
        "Kiểm tra tệp khám bệnh, không cần cơ sở dữ liệu",
        database=False,
    ),
    Command("ingest", "soyte.systems.care.visit_intake.cli:ingest_main", "Nhận tệp khám bệnh vào hồ sơ"),
    Command("province", "soyte.demo.province.cli:main", "Sinh một tỉnh giả định", database=False),
    Command(
        "content",
        "soyte.kernel.content.cli:main",
        "Kiểm tra, nạp, xem trước danh mục",
        offline=("check",),
        content=False,
    ),
    Command("report", "soyte.systems.steering.statistics.cli:report_main", "In một số liệu"),
    Command("bench", "soyte.config.bench:main", "Đo tốc độ"),
    Command("doctor", "soyte.config.doctor:main", "Kiểm tra máy thiếu gì và cách sửa", database=False),
    Command("demo-users", "soyte.demo.users_cli:main", "Các tài khoản của tỉnh minh hoạ"),
    Command("audit", "soyte.kernel.audit.cli:main", "Kiểm tra chuỗi nhật ký"),
    Command(
        "first-administrator",
        "soyte.systems.safety.identity.cli:first_administrator_main",
        "Tạo quản trị viên đầu tiên của một cơ sở thật",
    ),
    Command("manage", "soyte.config.manage:main", "Lệnh của Django", database=False),
)


def _usage() -> str:
    width = max(len(command.name) for command in COMMANDS)
    lines = [f"  {command.name:<{width}}  {command.meaning}" for command in COMMANDS]
    return "\n".join(["soyte LỆNH [...]", "", *lines, "", "soyte LỆNH --help cho biết thêm."])


def _load(target: str) -> Callable[[list[str]], int]:
    module, function = target.split(":")
    loaded: Callable[[list[str]], int] = getattr(importlib.import_module(module), function)
    return loaded


def _run(command: Command, argv: list[str]) -> int:
    if not command.needs_database(argv):
        if command.database:
            from soyte.config.ready import setup_django

            setup_django()
        return _load(command.target)(argv)
    from soyte.config import ready

    with ready.database(content=command.content):
        return _load(command.target)(argv)


def main(argv: list[str] | None = None) -> int:
    """Exit status: that of the command; 2 where it could not run."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_usage())
        return 0 if arguments else COULD_NOT_RUN
    command = next((c for c in COMMANDS if c.name == arguments[0]), None)
    if command is None:
        print(f"soyte: không có lệnh {arguments[0]!r}\n\n{_usage()}", file=sys.stderr)
        return COULD_NOT_RUN
    try:
        return _run(command, arguments[1:])
    except HomeError as error:
        print(f"soyte: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        return 130
