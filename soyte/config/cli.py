"""The command `soyte`."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from soyte.config import postgres
from soyte.config.home import HomeError

COULD_NOT_RUN = 2
DISK_FULL = "53100"  # PostgreSQL's codes
CONNECTION_LOST = ("08", "57P")
LOST = {"OperationalError", "InterfaceError"}  # the driver's, when it has no code of the server's


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
    Command("serve", "soyte.config.serve:main", "Chạy máy chủ web", database=False),
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
    Command("rollups", "soyte.engines.indicators.cli:main", "Tính lại, kiểm tra bảng cộng sẵn của các số liệu"),
    Command("bench", "soyte.config.bench:main", "Đo tốc độ"),
    Command("doctor", "soyte.config.doctor:main", "Kiểm tra máy thiếu gì và cách sửa", database=False),
    Command("demo-users", "soyte.demo.users_cli:main", "Các tài khoản của tỉnh minh hoạ"),
    Command("audit", "soyte.kernel.audit.cli:main", "Kiểm tra chuỗi nhật ký"),
    Command(
        "first-administrator",
        "soyte.systems.safety.identity.cli:first_administrator_main",
        "Tạo quản trị viên đầu tiên của một cơ sở thật",
    ),
    Command(
        "administrator-password",
        "soyte.systems.safety.identity.cli:administrator_password_main",
        "Đặt lại mật khẩu của quản trị viên đã quên",
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


def guarded(work: Callable[[], int]) -> int:
    """Exit status of `work`; what a user can mend is said without a trace, status 2. SIGTERM ends as an exception."""
    signal.signal(signal.SIGTERM, _end)
    try:
        status = work()
        sys.stdout.flush()
        return status
    except HomeError as error:
        return _could_not(str(error))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        return _nobody_reads()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _could_not(str(postgres.disk_is_full()))
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} and error.filename:
            return _could_not(
                f"Không được phép ghi hay đọc {error.filename}. Đổi chủ tệp, hoặc đặt SOYTE_HOME ở nơi khác. "
                f"(Not permitted: change the owner, or set SOYTE_HOME elsewhere.)"
            )
        raise
    except Exception as error:
        if said := database_fault(error):
            return _could_not(said)
        raise


def _nobody_reads() -> int:
    """Who read our output has gone (`| head`): what was to be done is done, so nothing is said. The status of a pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter complains when it ends
    return 128 + signal.SIGPIPE


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _could_not(said: str) -> int:
    print(f"soyte: {said}", file=sys.stderr)
    return COULD_NOT_RUN


def database_fault(error: BaseException | None) -> str:
    """What to tell of a fault of the database's machine; empty for one of ours."""
    while error is not None:
        if hasattr(error, "sqlstate"):  # the driver's own error; Django's wrapper has it as its cause
            break
        error = error.__cause__
    else:
        return ""
    if error.sqlstate == DISK_FULL:
        return str(postgres.disk_is_full())
    lost = error.sqlstate.startswith(CONNECTION_LOST) if error.sqlstate else type(error).__name__ in LOST
    if not lost:
        return ""
    if postgres.external_url():
        return (
            f"Không kết nối được cơ sở dữ liệu: {' '.join(str(error).split())}. Kiểm tra SOYTE_DATABASE_URL và máy chủ "
            "PostgreSQL. (No connection to the database: mend SOYTE_DATABASE_URL, or start the server.)"
        )
    if postgres.is_disk_full():
        return str(postgres.disk_is_full())
    return (
        "Mất kết nối với cơ sở dữ liệu. Những gì đã nhận vẫn còn nguyên; chạy lại lệnh này. "
        "(The database went away. What was taken is safe: run again.)"
    )


def main(argv: list[str] | None = None) -> int:
    """Exit status: that of the command; 2 where it could not run."""
    return guarded(lambda: _main(sys.argv[1:] if argv is None else argv))


def _main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(_usage())
        return 0 if arguments else COULD_NOT_RUN
    command = next((c for c in COMMANDS if c.name == arguments[0]), None)
    if command is None:
        return _could_not(f"không có lệnh {arguments[0]!r}\n\n{_usage()}")
    return _run(command, arguments[1:])
