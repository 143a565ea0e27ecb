"""kill -9 of jalond at any moment of a fit: the next server ends it, with the same model.

Usage: fit_kill_test.py PATH_OF_JALOND PATH_OF_JALON
JALON_KILLS sets the number of fits that are cut (4 by default); one in two is cut again while the
next server fits it.
"""

import collections
import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

from killed_server import BOUND, Server, check_integrity, kills

KILLS = kills(4)
MODEL = "networks/demo/models/cut"
FIT = ("fit", "--network", "demo", "--id", "cut", "-o", "json")
ENDED = ("succeeded", "failed", "cancelled")


class FitServer(Server):
    """Serves a copy of the demo in which nothing was fitted: no block of the model is there."""

    def state(self):
        """Of the model; None without one."""
        listed = json.loads(self.jalon("model", "list", "--network", "demo", "-o", "json"))
        return {row["model"]: row["state"] for row in listed}.get("cut")

    def wait_for_end(self):
        end = time.monotonic() + BOUND
        while (state := self.state()) not in ENDED:
            if time.monotonic() > end:
                raise AssertionError(f"the fit does not end: {state}")
        return state

    def model(self, folder):
        """The bytes of the model."""
        path = os.path.join(folder, "model")
        self.jalon("model", "export", "cut", "--network", "demo", "--binary", "--to", path)
        with open(path, "rb") as file:
            return file.read()


class FitKill(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(20261129)
        self.found = collections.Counter()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.demo = os.path.join(self.folder, "demo")
        server = FitServer(self, self.demo, "--demo=small")
        self.assertEqual(server.stop(), 0)

    @contextlib.contextmanager
    def copy_of_the_demo(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.path.join(folder, "data")
            shutil.copytree(self.demo, data)
            yield data

    def fit_undisturbed(self):
        """The model, and the seconds its fit takes."""
        with self.copy_of_the_demo() as data:
            server = FitServer(self, data)
            begin = time.monotonic()
            server.jalon(*FIT)
            seconds = time.monotonic() - begin
            model = server.model(self.folder)
            self.assertEqual(server.stop(), 0)
            return model, seconds

    def cut(self, server):
        """Kills the server during a fit, or at its end; whether the client was told it is done."""
        client = subprocess.Popen(server.command(*FIT), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            client.wait(timeout=self.random.uniform(0, 1.05) * self.seconds)
        server.kill()
        return client.wait(timeout=BOUND) == 0

    def left(self, data):
        """What the killed server left of the model: its state, None without one."""
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "data")
            shutil.copytree(data, copy)
            # With its log, as the next server will read it.
            with contextlib.closing(sqlite3.connect(os.path.join(copy, "jalon.db"))) as file:
                check_integrity(self, file)
                rows = file.execute("SELECT id, state FROM resources WHERE name = ?",
                                    [MODEL]).fetchall()
                if not rows:
                    return None
                blobs, = file.execute("SELECT count(*) FROM resource_blobs WHERE resource_id = ?",
                                      [rows[0][0]]).fetchone()
        state = rows[0][1]
        # Waiting without a byte of content, or whole.
        self.assertIn(state, ("QUEUED", "SUCCEEDED"))
        self.assertEqual(blobs > 0, state == "SUCCEEDED", "a model is half written")
        return state

    def end_after_kill(self, data, state):
        """Starts the server until it has ended the fit; the model."""
        if state == "QUEUED" and self.random.random() < 0.5:
            server = FitServer(self, data)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(timeout=self.random.uniform(0, 1.05) * self.seconds)
            server.kill()
            self.found["again"] += 1
            self.assertIn(self.left(data), ("QUEUED", "SUCCEEDED"))
        server = FitServer(self, data)
        if state is None:
            self.assertIsNone(server.state())
            server.jalon(*FIT)
        self.assertEqual(server.wait_for_end(), "succeeded")
        model = server.model(self.folder)
        self.assertEqual(server.stop(), 0)
        return model

    def one_kill(self):
        with self.copy_of_the_demo() as data:
            acknowledged = self.cut(FitServer(self, data))
            state = self.left(data)
            if acknowledged:
                self.assertEqual(state, "SUCCEEDED", "an acknowledged model is lost")
            self.found[state] += 1
            self.assertEqual(self.end_after_kill(data, state), self.undisturbed)

    def test_a_fit_that_was_cut_ends_with_the_same_model(self):
        self.undisturbed, self.seconds = self.fit_undisturbed()
        for kill in range(KILLS):
            try:
                self.one_kill()
            except AssertionError as error:
                raise AssertionError(f"kill {kill}: {error}") from error
        print(f"{KILLS} kills in fits of {self.seconds:.2f} s: not begun {self.found[None]}, in "
              f"progress {self.found['QUEUED']} (and once more {self.found['again']}), ended "
              f"{self.found['SUCCEEDED']}")
        # Kills that never come in the middle of a fit would prove nothing.
        self.assertGreaterEqual(self.found["QUEUED"], KILLS / 4)


if __name__ == "__main__":
    Server.jalond_program, Server.jalon_program = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
