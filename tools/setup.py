"""`make setup`: from a bare Debian or Ubuntu with python3 >= 3.11, make and the package registries to a whole .venv.

Standard library only, since it runs before anything is installed. Every step is skipped when its inputs have not
changed, so a second call takes a moment. `--demo` also looks whether the demo's port is free, before any of it.
"""

import ast
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import node

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / ".cache" / "setup"
# One try: a machine without network should be told so at once.
PIP = (PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "1", "--require-hashes")
NO_REGISTRY = (
    "Không tải được gói Python. Kiểm tra mạng, proxy, hoặc địa chỉ kho gói (pip config list). "
    "(The Python package registry did not answer.)"
)
NO_NPM = (
    "Không tải được gói giao diện. Kiểm tra mạng, proxy, hoặc địa chỉ kho npm (npm config list). "
    "(The npm registry did not answer.)"
)
# What pip is told of the registry, and how uv is told the same.
OF_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "ALL_PROXY",
}


def fail(text):
    sys.exit(f"make setup: {text}")


def check_machine(argv):
    if sys.version_info < (3, 11):
        fail(f"cần python3 từ 3.11, máy có {sys.version.split()[0]}. (Python 3.11 or newer is needed.)")
    sys.path.insert(0, str(ROOT))
    from soyte.config import doctor

    disk = doctor.disk(ROOT, doctor.LATER_DISK_GB if is_whole() else doctor.FIRST_DISK_GB)
    findings = [disk, doctor.memory(), *([doctor.port()] if "--demo" in argv else [])]
    for finding in findings:
        if not finding.good:
            fail(f"{finding.subject}. {finding.mend}")


def is_whole():
    return (STAMPS / "python").exists() and (STAMPS / "static").exists()


def changed(name, *inputs):
    digest = hashlib.sha256(sys.version.encode())
    for path in inputs:
        digest.update(path.read_bytes())
    stamp = STAMPS / name
    return stamp, digest.hexdigest(), not (stamp.exists() and stamp.read_text() == digest.hexdigest())


def run(*command, mend, env=None):
    try:
        subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env=env)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        fail(f"{error}\n{mend}")


def make_venv():
    """A .venv of this Python at this place; one of another Python, moved, or half made, is made anew."""
    told = VENV / "pyvenv.cfg"
    facts = (
        dict(line.split(" = ", 1) for line in told.read_text().splitlines() if " = " in line) if told.exists() else {}
    )
    ours = facts.get("version") == sys.version.split()[0] and facts.get("command", "").endswith(str(VENV))
    if ours and PYTHON.exists() and (VENV / "bin" / "pip").exists():
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        fail("thiếu python3-venv: apt-get install python3-venv. (The venv module is missing.)")
    run(sys.executable, "-m", "venv", "--clear", VENV, mend="Không tạo được .venv: apt-get install python3-venv.")
    shutil.rmtree(STAMPS)
    STAMPS.mkdir()


def uv_environment():
    """uv knows nothing of pip's settings, where a machine names its package registry."""
    told = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    env = dict(os.environ)
    for line in told.splitlines():
        name, _, value = line.partition("=")
        if theirs := OF_UV.get(name.rpartition(".")[2]):
            env.setdefault(theirs, " ".join(ast.literal_eval(value).split()))
    return env


def install_python_packages():
    locks = [ROOT / name for name in ("requirements-uv.txt", "requirements-dev.txt")]
    node_lock = ROOT / "requirements-node.txt"
    with_node = not node.machine_has_it()
    stamp, digest, stale = changed("python", *locks, *([node_lock] if with_node else []))
    if not stale:
        return
    run(*PIP, "-r", locks[0], mend=NO_REGISTRY)
    sync = (VENV / "bin" / "uv", "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", locks[1])
    run(*sync, *([node_lock] if with_node else []), mend=NO_REGISTRY, env=uv_environment())
    stamp.write_text(digest)


def write_command():
    """`.venv/bin/soyte`: the checkout is run in place, nothing is built or copied."""
    script = VENV / "bin" / "soyte"
    text = (
        f"#!{PYTHON}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from soyte.config.cli import main\nsys.exit(main())\n"
    )
    if not script.exists() or script.read_text() != text:
        script.write_text(text)
        script.chmod(0o755)


def collect_static():
    """Hashed and compressed copies in static-root, which the web server serves; again when the assets were rebuilt."""
    stamp, digest, stale = changed("static", ROOT / "soyte" / "ui" / "static" / "built" / ".stamp")
    if stale or not (ROOT / "static-root" / "staticfiles.json").exists():
        command = (PYTHON, "-m", "soyte.config.manage", "collectstatic", "--noinput", "--clear", "-v0")
        # It needs neither a home nor a database, but the settings name both.
        env = {**os.environ, "SOYTE_HOME": str(STAMPS / "home"), "SOYTE_DATABASE_URL": "postgresql://nowhere/none"}
        run(*command, mend="Không gom được tệp giao diện; xoá thư mục static-root rồi chạy lại.", env=env)
        stamp.write_text(digest)


def main(argv):
    check_machine(argv)
    STAMPS.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONPATH"] = str(ROOT)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two calls at once would spoil each other's work
        make_venv()
        install_python_packages()
        write_command()
        run(PYTHON, "tools/assets.py", mend=NO_NPM)
        run(PYTHON, "tools/messages.py", "compile", mend="Không dịch được các chuỗi giao diện.")
        collect_static()
        # The service's user may not write here, and would compile all again at each start.
        run(PYTHON, "-m", "compileall", "-q", "soyte", mend="Không ghi được tệp .pyc: kiểm tra quyền ghi của thư mục.")
        run(
            PYTHON,
            "-c",
            "from soyte.config import ready; ready.prepare()",
            mend="Không chuẩn bị được cơ sở dữ liệu mẫu; chạy `.venv/bin/soyte doctor`.",
            env={**os.environ, "SOYTE_DATABASE_URL": ""},
        )


if __name__ == "__main__":
    main(sys.argv[1:])
