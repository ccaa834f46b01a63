"""`make setup`: from a bare Debian or Ubuntu with python3 >= 3.11, make and the package registries to a whole .venv.

Standard library only, since it runs before anything is installed. Every step is skipped when its inputs have not
changed, so a second call takes a moment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = ROOT / ".cache" / "setup"
LEAST_DISK_GB = 3
LEAST_MEMORY_KB = 1_000_000
LEAST_NODE = 20


def fail(text):
    sys.exit(f"make setup: {text}")


def check_machine():
    if sys.version_info < (3, 11):
        fail(f"cần python3 từ 3.11, máy có {sys.version.split()[0]}. (Python 3.11 or newer is needed.)")
    if shutil.disk_usage(ROOT).free < LEAST_DISK_GB * 1e9:
        fail(f"đĩa còn dưới {LEAST_DISK_GB} GB: dọn bớt rồi chạy lại. (Less than {LEAST_DISK_GB} GB of disk.)")
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:") and int(line.split()[1]) < LEAST_MEMORY_KB:
            fail("bộ nhớ còn dưới 1 GB: đóng bớt chương trình. (Less than 1 GB of memory.)")


def changed(name, *inputs):
    digest = hashlib.sha256(sys.version.encode())
    for path in inputs:
        digest.update(path.read_bytes())
    stamp = STAMPS / name
    return stamp, digest.hexdigest(), not (stamp.exists() and stamp.read_text() == digest.hexdigest())


def run(*command, mend, **keywords):
    try:
        subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **keywords)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        fail(f"{error}\n{mend}")


def make_venv():
    if (VENV / "bin" / "python").exists():
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        fail("thiếu python3-venv: apt-get install python3-venv. (The venv module is missing.)")
    run(sys.executable, "-m", "venv", VENV, mend="Không tạo được .venv: apt-get install python3-venv.")


def install_python_packages():
    registry = (
        "Không tải được gói Python: kiểm tra mạng hoặc kho gói (pip config). (The package registry did not answer.)"
    )
    locks = [ROOT / name for name in ("requirements-uv.txt", "requirements.txt", "requirements-dev.txt")]
    stamp, digest, stale = changed("python", *locks)
    if not stale:
        return
    run(
        VENV / "bin" / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        locks[0],
        mend=registry,
    )
    run(
        VENV / "bin" / "uv",
        "pip",
        "sync",
        "-q",
        "--python",
        VENV / "bin" / "python",
        "--require-hashes",
        locks[2],
        mend=registry,
    )
    stamp.write_text(digest)


def node_version(node):
    try:
        return int(subprocess.check_output([node, "--version"], text=True).strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


def install_node():
    """The machine's node and npm where they are new enough, else those of a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= LEAST_NODE:
        return
    if (VENV / "bin" / "npm").exists():
        return
    run(
        VENV / "bin" / "uv",
        "pip",
        "install",
        "-q",
        "--python",
        VENV / "bin" / "python",
        "--require-hashes",
        "-r",
        ROOT / "requirements-node.txt",
        mend="Không tải được Node: kiểm tra mạng hoặc kho gói.",
    )


def write_command():
    """`.venv/bin/soyte`: the checkout is run in place, nothing is built or copied."""
    script = VENV / "bin" / "soyte"
    text = (
        f"#!{VENV / 'bin' / 'python'}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from soyte.config.cli import main\nsys.exit(main())\n"
    )
    if not script.exists() or script.read_text() != text:
        script.write_text(text)
        script.chmod(0o755)


def collect_static(python, env):
    """Hashed and compressed copies in static-root, which the web server serves; again when the assets were rebuilt."""
    stamp, digest, stale = changed("static", ROOT / "soyte" / "ui" / "static" / "built" / ".stamp")
    if stale or not (ROOT / "static-root" / "staticfiles.json").exists():
        command = (python, "-m", "soyte.config.manage", "collectstatic", "--noinput", "--clear", "-v0")
        run(*command, mend="Không gom được tệp giao diện; xoá thư mục static-root rồi chạy lại.", env=env)
        stamp.write_text(digest)


def main():
    check_machine()
    STAMPS.mkdir(parents=True, exist_ok=True)
    make_venv()
    install_python_packages()
    install_node()
    write_command()
    python = VENV / "bin" / "python"
    path = (
        os.pathsep.join([str(VENV / "bin"), os.environ["PATH"]])
        if (VENV / "bin" / "npm").exists()
        else os.environ["PATH"]
    )
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    run(python, "tools/assets.py", mend="Không dựng được giao diện: kiểm tra kho npm.", env=env)
    run(python, "tools/messages.py", "compile", mend="Không dịch được các chuỗi giao diện.", env=env)
    collect_static(python, env)
    run(
        python,
        "-c",
        "from soyte.config import ready; ready.prepare()",
        mend="Không chuẩn bị được cơ sở dữ liệu mẫu; chạy `.venv/bin/soyte doctor`.",
        env=env,
    )


if __name__ == "__main__":
    main()
