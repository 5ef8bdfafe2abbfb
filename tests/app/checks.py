"""What the tests of this folder begin and end with: the program that is tested, checks that do not stop at the first failure, one folder a test.
`python3 TEST.py PROGRAM [TEST...]`; exit status 77: skipped."""
import contextlib
import os
import signal
import sys
import tempfile
import time

binary = os.path.abspath(sys.argv[1])
# Sanitizers make a program slower; whoever waits waits so much longer.
SLOW = 5 if "/asan/" in binary or "/tsan/" in binary else 1
failures = []


def skip_under_tsan():
    if "/tsan/" in binary:
        print("skipped: the thread sanitizer holds signals back while a thread waits in code that it does not see (TBB)")
        sys.exit(77)


def check(name, condition, detail=""):
    if not condition:
        failures.append(f"{name}: {str(detail)[:2500]}")


def wait_until(condition, seconds=10.0):
    until = time.monotonic() + seconds * SLOW
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def catches(process, sent):
    """Whether it has a handler for the signal by now; before that it would die of it."""
    with contextlib.suppress(OSError), open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (sent - 1) & 1)
    return False


def send(process, sent):
    """As soon as the program has a handler for it: one that has hardly begun would die of SIGTERM."""
    if sent != signal.SIGKILL:
        wait_until(lambda: process.poll() is not None or catches(process, sent), 20)
    process.send_signal(sent)


def run_tests(*tests):
    """Those that the command line names, or all, each with a folder of its own."""
    for test in tests:
        if len(sys.argv) > 2 and test.__name__ not in sys.argv[2:]:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="loglode-test-") as folder:
            test(folder)
        print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    end()


def end():
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(1 if failures else 0)
