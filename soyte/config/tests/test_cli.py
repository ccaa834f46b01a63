import os
import signal
import subprocess
import sys


def test_output_that_nobody_reads_any_more_is_no_fault():
    reading, writing = os.pipe()
    os.close(reading)  # what `| head` does once it has seen enough
    done = subprocess.run([sys.executable, "-m", "soyte.config", "--help"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")
