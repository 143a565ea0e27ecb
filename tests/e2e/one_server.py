"""A test case with a jalond of its own for all its tests, empty at first, and `jalon` talking to it."""

import csv
import io
import os
import subprocess
import tempfile
import time
import unittest

# Seconds after which something that should have happened is a failure.
BOUND = 120


class OneServer(unittest.TestCase):
    # Paths of the programs, set before the tests run.
    jalond_program = jalon_program = ""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = temporary.name
        port_file = os.path.join(cls.folder, "port")
        server = subprocess.Popen([cls.jalond_program, "--data", os.path.join(cls.folder, "data"),
                                   "--listen", "127.0.0.1:0", "--port-file", port_file],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(lambda: (server.kill(), server.wait()))
        end = time.monotonic() + BOUND
        while not (os.path.exists(port_file) and os.path.getsize(port_file)):
            assert server.poll() is None, "jalond ended before it served"
            assert time.monotonic() < end, "jalond does not serve"
            time.sleep(0.02)
        with open(port_file, encoding="utf-8") as file:
            cls.address = "127.0.0.1:" + file.read().strip()

    @classmethod
    def write(cls, name, files):
        os.makedirs(os.path.join(cls.folder, name), exist_ok=True)
        for file, text in files.items():
            with open(os.path.join(cls.folder, name, file), "w", encoding="utf-8") as out:
                out.write(text)

    @classmethod
    def jalon(cls, *arguments):
        return subprocess.run([cls.jalon_program, "--server", cls.address, *arguments],
                              cwd=cls.folder, text=True, capture_output=True, timeout=BOUND,
                              check=False)

    def rows(self, *arguments, codes=(0,)):
        """The rows of an answer; `codes` are the exit codes that have one."""
        done = self.jalon(*arguments, "-o", "csv")
        self.assertIn(done.returncode, codes, done.stderr)
        return list(csv.DictReader(io.StringIO(done.stdout.lstrip("\ufeff"))))
