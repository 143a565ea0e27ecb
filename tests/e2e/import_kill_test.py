"""kill -9 of jalond at any moment of an import leaves the whole revision or nothing.

Usage: import_kill_test.py PATH_OF_JALOND PATH_OF_JALON
JALON_KILLS sets the number of kills (20 by default).
"""

import collections
import csv
import io
import json
import os
import random
import select
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

JALOND = JALON = ""
UNITS, INDICATORS, PERIODS = 160, 5, 48
# A fresh folder after so many kills, so that the first import of a network is cut often enough.
KILLS_PER_FOLDER = 4
# Seconds after which something that should have happened is a failure.
BOUND = 60


def kills():
    return int(os.environ.get("JALON_KILLS", "20"))


def period(index):
    return f"{2020 + index // 12}-{1 + index % 12:02d}"


class Bank:
    """The files of a bank; each version has the same series with other values."""

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(folder)
        units = ["id;parent;level;label_fr", "siege;;network;Siège"]
        units += [f"r{r};siege;region;Région {r}" for r in range(10)]
        units += [f"b{b};r{b % 10};branch;Agence {b}" for b in range(UNITS)]
        self.write("units.csv", units)
        self.write("indicators.csv", ["id;kind"] + [f"i{k};amount" for k in range(INDICATORS)])

    def write(self, name, lines):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def values(self, version):
        """{(unit, indicator, period): value}"""
        draw = random.Random(version)
        return {
            (f"b{b}", f"i{k}", period(p)): draw.randrange(10_000_000) / 100
            for b in range(UNITS)
            for k in range(INDICATORS)
            for p in range(PERIODS)
        }

    def write_version(self, version):
        values = self.values(version)
        rows = [f"{u};all;{k};{p};{value:.2f}" for (u, k, p), value in values.items()]
        # A number with a decimal comma, as the units' file is French.
        rows = [row.replace(".", ",") for row in rows]
        self.write("realisations.csv", ["unit;segment;indicator;period;value"] + rows)
        return values


class Server:
    """A jalond on a folder of data, serving once constructed; killed with its test at the latest."""

    def __init__(self, test, data):
        self.process = subprocess.Popen(
            [JALOND, "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error"],
            stdout=subprocess.PIPE,
            text=True,
        )
        test.addCleanup(self.kill)
        ready, _, _ = select.select([self.process.stdout], [], [], BOUND)
        line = self.process.stdout.readline() if ready else ""
        if not line.startswith("listening on "):
            raise AssertionError(f"jalond does not serve: {line!r}")
        self.address = line.split()[-1]

    def command(self, *arguments):
        return [JALON, "--server", self.address, "--no-progress", *arguments]

    def jalon(self, *arguments):
        done = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=BOUND, check=False
        )
        if done.returncode != 0:
            raise AssertionError(f"jalon {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
        return done.stdout

    def import_command(self, bank, request_id):
        return self.command(
            *f"import {bank.folder} --network demo --mode replace --request-id {request_id}".split(),
            *"-o json".split(),
        )

    def revisions(self):
        """Ids of the network's revisions, newest first."""
        if not json.loads(self.jalon("network", "list", "-o", "json")):
            return []
        listed = self.jalon("network", "revisions", "--network", "demo", "-o", "json")
        return [row["revision"] for row in json.loads(listed)]

    def values(self):
        listed = self.jalon("series", "--network", "demo", "--leaves", "-o", "csv")
        rows = csv.DictReader(io.StringIO(listed))
        return {(r["unit"], r["indicator"], r["period"]): float(r["value"]) for r in rows}

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=BOUND)
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=BOUND)
        self.process.stdout.close()
        return code


class ImportKill(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(20260104)
        self.found = collections.Counter()
        # What the latest whole imports took.
        self.seconds = collections.deque(maxlen=5)

    def import_whole(self, server, bank, request_id):
        begin = time.monotonic()
        done = subprocess.run(
            server.import_command(bank, request_id),
            capture_output=True,
            text=True,
            timeout=BOUND,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.last_seconds = time.monotonic() - begin
        facts = {row["what"]: row["value"] for row in json.loads(done.stdout)}
        self.assertEqual(facts["state"], "succeeded")
        return facts["revision"].rsplit("/", 1)[-1]

    def time_a_few_imports(self):
        with tempfile.TemporaryDirectory() as folder:
            bank = Bank(os.path.join(folder, "bank"))
            server = Server(self, os.path.join(folder, "data"))
            for version in range(3):
                bank.write_version(version)
                self.import_whole(server, bank, f"try-{version}")
                self.seconds.append(self.last_seconds)
            self.assertEqual(server.stop(), 0)

    def moment(self):
        """When to kill: half of the time anywhere, half towards the commit."""
        # Of the latest imports: how busy the machine is changes.
        return statistics.median(self.seconds) * self.random.choice(
            [self.random.uniform(0, 1.05), self.random.uniform(0.5, 0.9)]
        )

    def cut_import(self, data, bank, request_id):
        """Kills the server during an import, or at its end; whether the client was told it is done."""
        server = Server(self, data)
        delay = self.moment()
        begin = time.monotonic()
        client = subprocess.Popen(
            server.import_command(bank, request_id),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            client.wait(timeout=delay)
            self.seconds.append(time.monotonic() - begin)
        except subprocess.TimeoutExpired:
            pass
        server.kill()
        return client.wait(timeout=BOUND) == 0

    def check_after_cut(self, server, before, acknowledged, values):
        """Nothing or everything is there. `values`: of the version before and of the one cut."""
        revisions = server.revisions()
        if revisions != before:
            self.assertEqual(revisions[1:], before, "more than one revision appeared")
            self.assertEqual(server.values(), values[1])
            self.found["acknowledged" if acknowledged else "whole without an answer"] += 1
            return
        self.assertFalse(acknowledged, "an acknowledged import is lost")
        if before:
            self.assertEqual(server.values(), values[0])
        self.found["nothing"] += 1

    def check_file(self, data, revision_count):
        """What the stopped server left. `immutable`: the check itself writes nothing."""
        path = os.path.join(data, "jalon.db")
        file = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        try:
            self.assertEqual(file.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(file.execute("PRAGMA foreign_key_check").fetchall(), [])
            count = "SELECT count(*) FROM resources WHERE kind = ?"
            running = file.execute(count + " AND state = 'RUNNING'", ["imports"]).fetchone()
            self.assertEqual(running, (0,), "an import is still called running")
            kept = file.execute(count, ["revisions"]).fetchone()
            self.assertEqual(kept, (revision_count,))
        finally:
            file.close()

    def one_kill(self, data, bank, version, state):
        """`state`: revisions, newest first, and values before; returns those after."""
        before, old_values = state
        values = bank.write_version(version)
        request_id = f"kill-{version}"
        acknowledged = self.cut_import(data, bank, request_id)
        server = Server(self, data)
        self.check_after_cut(server, before, acknowledged, (old_values, values))
        cut_short = server.revisions() == before
        revision = self.import_whole(server, bank, request_id)
        if cut_short:
            self.seconds.append(self.last_seconds)
        self.assertEqual(server.revisions(), [revision, *before])
        self.assertEqual(server.values(), values)
        self.assertEqual(server.stop(), 0)
        self.check_file(data, len(before) + 1)
        return [revision, *before], values

    def test_an_import_is_whole_or_absent_after_a_kill(self):
        self.time_a_few_imports()
        for first in range(0, kills(), KILLS_PER_FOLDER):
            with tempfile.TemporaryDirectory() as folder:
                bank = Bank(os.path.join(folder, "bank"))
                state = [], None
                for version in range(first, min(first + KILLS_PER_FOLDER, kills())):
                    try:
                        state = self.one_kill(os.path.join(folder, "data"), bank, version, state)
                    except AssertionError as error:
                        raise AssertionError(f"kill {version}: {error}") from error
        found = ", ".join(f"{name}: {count}" for name, count in sorted(self.found.items()))
        print(f"{kills()} kills into imports of {statistics.median(self.seconds):.2f} s; {found}")
        # Kills that never come before the end of an import would prove nothing.
        self.assertGreaterEqual(self.found["nothing"], kills() / 10)


if __name__ == "__main__":
    JALOND, JALON = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
