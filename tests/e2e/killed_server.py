"""A jalond that a test kills with SIGKILL and starts again, and how often it does."""

import os
import re
import select
import signal
import sqlite3
import subprocess

# Seconds after which something that should have happened is a failure.
BOUND = 60


def kills(default):
    """How many kills a test makes: what JALON_KILLS says."""
    return int(os.environ.get("JALON_KILLS", default))


class Server:
    """A jalond on a folder of data, serving once constructed; killed with its test at the latest."""

    # Paths of the programs, set before the tests run.
    jalond_program = jalon_program = ""

    def __init__(self, test, data, *options):
        self.process = subprocess.Popen(
            [self.jalond_program, "--data", data, "--listen", "127.0.0.1:0", "--log-level",
             "error", *options],
            stdout=subprocess.PIPE,
        )
        test.addCleanup(self.kill)
        self.address = self.read_address()

    def read_address(self):
        said = b""
        while True:
            found = re.search(rb"listening on (\S+)\n", said)
            if found:
                return found.group(1).decode()
            ready, _, _ = select.select([self.process.stdout], [], [], BOUND)
            more = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not more:
                raise AssertionError(f"jalond does not serve: {said!r}")
            said += more

    def command(self, *arguments):
        return [self.jalon_program, "--server", self.address, "--no-progress", *arguments]

    def run(self, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              timeout=BOUND, check=False)

    def jalon(self, *arguments):
        """What the command prints; it must succeed."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise AssertionError(f"jalon {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
        return done.stdout

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=BOUND)
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=BOUND)
        self.process.stdout.close()
        return code


def check_integrity(test, file):
    test.assertEqual(file.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
    test.assertEqual(file.execute("PRAGMA foreign_key_check").fetchall(), [])


def open_unchanged(data):
    """The database a stopped server left. `immutable`: who looks writes nothing."""
    return sqlite3.connect(f"file:{os.path.join(data, 'jalon.db')}?immutable=1", uri=True)
