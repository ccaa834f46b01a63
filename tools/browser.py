"""A Chromium for the journeys: the machine's, else the one of an npm package with the libraries and the
font that a bare Debian lacks.

The package lies packed in node_modules of this folder's own lock, so that `make demo` does not fetch it; it is unpacked
into .cache/browser, where soyte/ui/tests/browser.py looks.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import node

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "tools" / "browser"
PACKED = ".cache/browser-packed"
UNPACKED = ROOT / ".cache" / "browser"
UNPACK = """
const fs = require('fs'), zlib = require('zlib');
for (const [from, to] of JSON.parse(process.argv[1])) fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""


def of_machine():
    return shutil.which("chromium") or shutil.which("chromium-browser")


def make_ready():
    """True when there is a browser, unpacked now if need be; False where the registry has not given it."""
    if of_machine() or (UNPACKED / "chromium").exists():
        return True
    packed = ROOT / PACKED
    packed.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCKED / name, packed / name)
    try:
        node.install(packed)
        _unpack(packed / "node_modules" / "@sparticuz" / "chromium" / "bin")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no browser: {error}", file=sys.stderr)
        return False
    shutil.rmtree(packed)
    return True


def _unpack(archives):
    making = UNPACKED.with_name("browser-making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    pairs = [(str(path), str(making / path.stem)) for path in archives.glob("*.br")]
    subprocess.run(["node", "-e", UNPACK, json.dumps(pairs)], env=node.environment(), check=True)
    for archive in making.glob("*.tar"):
        subprocess.run(["tar", "-xf", archive, "-C", making], check=True)
        archive.unlink()
    (making / "chromium").chmod(0o755)
    (making / "fonts.conf").write_text(
        FONTS.format(folder=UNPACKED)
    )  # the package's own names places of another machine
    making.rename(UNPACKED)


if __name__ == "__main__":
    sys.exit(0 if make_ready() else 1)
