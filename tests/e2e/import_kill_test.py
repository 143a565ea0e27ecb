"""kill -9 of jalond at any moment of an import leaves all it brings, or nothing.

REPLACE, APPEND and objectives, in turn.

Usage: import_kill_test.py PATH_OF_JALOND PATH_OF_JALON
JALON_KILLS sets the number of kills (20 by default).
"""

import collections
import csv
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

from killed_server import BOUND, Server, check_integrity, kills, open_unchanged

KILLS = kills(20)
UNITS, INDICATORS, PERIODS = 160, 5, 48
# A fresh folder after so many kills, so that the first import of a network is cut often enough.
KILLS_PER_FOLDER = 4
# What is cut, kill by kill in a folder; the first one makes the network.
KINDS = ("replace", "append", "objectives", "replace")
# An update says the last periods anew and adds some.
RESTATED, ADDED = 24, 6
NOT_FOUND = 64 + 5


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
        os.mkdir(self.path("update"))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, lines):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def values(self, version, periods):
        """{(unit, indicator, period): value}"""
        draw = random.Random(version)
        return {
            (f"b{b}", f"i{k}", period(p)): draw.randrange(10_000_000) / 100
            for b in range(UNITS)
            for k in range(INDICATORS)
            for p in periods
        }

    def write_values(self, name, values):
        rows = [f"{u};all;{k};{p};{value:.2f}" for (u, k, p), value in values.items()]
        # A number with a decimal comma, as the units' file is French.
        rows = [row.replace(".", ",") for row in rows]
        self.write(name, ["unit;segment;indicator;period;value"] + rows)

    def write_version(self, version):
        values = self.values(version, range(PERIODS))
        self.write_values("realisations.csv", values)
        return values

    def write_update(self, version, before):
        """Files for an APPEND to `before`; the values it leads to."""
        values = self.values(version, range(PERIODS - RESTATED, PERIODS + ADDED))
        self.write_values("update/realisations.csv", values)
        return {**before, **values}

    def write_objectives(self, version):
        """{(unit, indicator, window): value} of a set, month by month."""
        draw = random.Random(version)
        rows = {
            (f"b{b}", f"i{k}", f"2025-{month:02d}"): draw.randrange(1, 1_000_000)
            for b in range(UNITS)
            for k in range(INDICATORS)
            for month in range(1, 13)
        }
        self.write(
            "update/objectives.csv",
            ["unit;indicator;window;value"] + [f"{u};{k};{w};{v}" for (u, k, w), v in rows.items()],
        )
        return rows


class ImportServer(Server):
    def import_command(self, bank, kind, name):
        """The command that imports what the bank has written; `name`: request or set id."""
        if kind == "objectives":
            return self.command("objectives", "import", bank.path("update", "objectives.csv"),
                                "--network", "demo", "--id", name, "-o", "json")
        files = {"replace": [bank.path(file) for file in
                             ("units.csv", "indicators.csv", "realisations.csv")],
                 "append": [bank.path("update", "realisations.csv")]}[kind]
        return self.command("import", *files, "--network", "demo", "--mode", kind,
                            "--request-id", name, "-o", "json")

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

    def objectives(self, name):
        """The objectives of a set as Bank writes them; None when there is no such set."""
        done = self.run("objectives", "show", name, "--network", "demo", "-o", "csv")
        if done.returncode == NOT_FOUND:
            return None
        if done.returncode != 0:
            raise AssertionError(f"objectives show: {done.returncode}\n{done.stderr}")
        rows = csv.DictReader(io.StringIO(done.stdout))
        return {(r["unit"], r["indicator"], r["window"]): float(r["value"]) for r in rows}


class ImportKill(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(20260104)
        self.found = {kind: collections.Counter() for kind in KINDS}
        # What the latest whole imports took.
        self.seconds = {kind: collections.deque(maxlen=5) for kind in KINDS}

    def import_whole(self, server, bank, kind, name):
        """The facts the client is told of an import that nothing disturbs."""
        begin = time.monotonic()
        done = subprocess.run(server.import_command(bank, kind, name), capture_output=True,
                              text=True, timeout=BOUND, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.last_seconds = time.monotonic() - begin
        facts = {row["what"]: row["value"] for row in json.loads(done.stdout)}
        self.assertEqual(facts["state"], "succeeded")
        return facts

    def import_revision(self, server, bank, kind, name):
        return self.import_whole(server, bank, kind, name)["revision"].rsplit("/", 1)[-1]

    def time_a_few_imports(self):
        with tempfile.TemporaryDirectory() as folder:
            bank = Bank(os.path.join(folder, "bank"))
            server = ImportServer(self, os.path.join(folder, "data"))
            for version in range(3):
                values = bank.write_version(version)
                bank.write_update(version, values)
                bank.write_objectives(version)
                for kind in ("replace", "append", "objectives"):
                    self.import_whole(server, bank, kind, f"try-{kind}-{version}")
                    self.seconds[kind].append(self.last_seconds)
            self.assertEqual(server.stop(), 0)

    def moment(self, kind):
        """When to kill: half of the time anywhere, half towards the commit."""
        # Of the latest imports: how busy the machine is changes.
        return statistics.median(self.seconds[kind]) * self.random.choice(
            [self.random.uniform(0, 1.05), self.random.uniform(0.5, 0.9)]
        )

    def cut_import(self, data, bank, kind, name):
        """Kills the server during an import, or at its end; whether the client was told it is done."""
        server = ImportServer(self, data)
        delay = self.moment(kind)
        begin = time.monotonic()
        client = subprocess.Popen(server.import_command(bank, kind, name),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            client.wait(timeout=delay)
            self.seconds[kind].append(time.monotonic() - begin)
        except subprocess.TimeoutExpired:
            pass
        server.kill()
        return client.wait(timeout=BOUND) == 0

    def count(self, kind, there, acknowledged):
        """Counts what a cut left: everything or nothing."""
        if not there:
            self.assertFalse(acknowledged, "an acknowledged import is lost")
        what = "acknowledged" if acknowledged else "whole without an answer"
        self.found[kind][what if there else "nothing"] += 1

    def check_file(self, data, revision_count):
        """What the stopped server left."""
        file = open_unchanged(data)
        try:
            check_integrity(self, file)
            count = "SELECT count(*) FROM resources WHERE kind = ?"
            running = file.execute(count + " AND state = 'RUNNING'", ["imports"]).fetchone()
            self.assertEqual(running, (0,), "an import is still called running")
            kept = file.execute(count, ["revisions"]).fetchone()
            self.assertEqual(kept, (revision_count,))
        finally:
            file.close()

    def kill_in_an_import(self, data, bank, kind, version, state):
        """`state`: revisions, newest first, and values before; returns those after."""
        before, old_values = state
        values = (bank.write_update(version, old_values) if kind == "append"
                  else bank.write_version(version))
        name = f"kill-{version}"
        acknowledged = self.cut_import(data, bank, kind, name)
        server = ImportServer(self, data)
        revisions = server.revisions()
        there = revisions != before
        if there:
            self.assertEqual(revisions[1:], before, "more than one revision appeared")
        if revisions:
            self.assertEqual(server.values(), values if there else old_values)
        self.count(kind, there, acknowledged)
        revision = self.import_revision(server, bank, kind, name)
        if not there:
            self.seconds[kind].append(self.last_seconds)
        self.assertEqual(server.revisions(), [revision, *before])
        self.assertEqual(server.values(), values)
        self.assertEqual(server.stop(), 0)
        self.check_file(data, len(before) + 1)
        return [revision, *before], values

    def kill_in_objectives(self, data, bank, version, state):
        before, values = state
        rows = bank.write_objectives(version)
        name = f"plan-{version}"
        acknowledged = self.cut_import(data, bank, "objectives", name)
        server = ImportServer(self, data)
        found = server.objectives(name)
        self.count("objectives", found is not None, acknowledged)
        if found is None:
            self.import_whole(server, bank, "objectives", name)
            self.seconds["objectives"].append(self.last_seconds)
            found = server.objectives(name)
        self.assertEqual(found, rows)
        self.assertEqual(server.revisions(), before)
        self.assertEqual(server.values(), values)
        self.assertEqual(server.stop(), 0)
        self.check_file(data, len(before))
        return state

    def one_kill(self, data, bank, version, state):
        kind = KINDS[version % KILLS_PER_FOLDER]
        if kind == "objectives":
            return self.kill_in_objectives(data, bank, version, state)
        return self.kill_in_an_import(data, bank, kind, version, state)

    def test_an_import_is_whole_or_absent_after_a_kill(self):
        self.time_a_few_imports()
        for first in range(0, KILLS, KILLS_PER_FOLDER):
            with tempfile.TemporaryDirectory() as folder:
                bank = Bank(os.path.join(folder, "bank"))
                state = [], None
                for version in range(first, min(first + KILLS_PER_FOLDER, KILLS)):
                    try:
                        state = self.one_kill(os.path.join(folder, "data"), bank, version, state)
                    except AssertionError as error:
                        raise AssertionError(f"kill {version}: {error}") from error
        print(f"{KILLS} kills")
        for kind, found in self.found.items():
            told = ", ".join(f"{what}: {count}" for what, count in sorted(found.items()))
            print(f"  {kind}, imports of {statistics.median(self.seconds[kind]):.2f} s: {told}")
        # Kills that never come before the end of an import would prove nothing.
        nothing = sum(found["nothing"] for found in self.found.values())
        self.assertGreaterEqual(nothing, KILLS / 10)
        if KILLS >= 100:
            for kind, found in self.found.items():
                self.assertGreaterEqual(found["nothing"], sum(found.values()) / 20, kind)


if __name__ == "__main__":
    Server.jalond_program, Server.jalon_program = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
