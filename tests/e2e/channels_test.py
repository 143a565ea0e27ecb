"""Channels, eliminations, provisional months and means of a bank, over both programs.

Usage: channels_test.py PATH_OF_JALOND PATH_OF_JALON
"""

import csv
import io
import json
import math
import os
import sys
import unittest

from one_server import OneServer

BRANCHES = {"n1": 0.1, "n2": 0.5, "s1": 0.3, "s2": 0.3}
MONTHS = [f"{2023 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]


def accounts(branch, month):
    """A steady branch with a season."""
    place = list(BRANCHES).index(branch)
    return round(300 + 50 * place + 40 * math.sin(2 * math.pi * month / 12) + (month * 7 + place * 3) % 5)


def bank():
    """Files of a bank whose south knows its phone share by a default only."""
    rows = ["unit;indicator;period;value"]
    for branch in BRANCHES:
        rows += [f"{branch};accounts;{p};{accounts(branch, m)}" for m, p in enumerate(MONTHS)]
    sums = {p: sum(accounts(b, m) for b in BRANCHES) for m, p in enumerate(MONTHS)}
    return {
        "units.csv": "id;parent;level;kind\nsiege;;network;\nnord;siege;region;\nsud;siege;region;\n"
                     "n1;nord;branch;proximity\nn2;nord;branch;proximity\n"
                     "s1;sud;branch;proximity\ns2;sud;branch;proximity\n",
        "indicators.csv": "id;kind\naccounts;count\n",
        "realisations.csv": "\n".join(rows) + "\n",
        "channels.csv": "id;label_fr\nagence;Agence\nphone;Téléphone\n",
        "channel_shares.csv": "unit;unit_kind;channel;share\n;proximity;phone;0,3\n"
                              "n1;;phone;0,1\nn2;;phone;0,5\n",
        # Ten accounts a month are credited to two branches.
        "eliminations.csv": "unit;indicator;period;value\n"
                            + "".join(f"siege;accounts;{p};-10\n" for p in MONTHS),
        "parent_totals.csv": "unit;indicator;period;value\n"
                             + "".join(f"siege;accounts;{p};{sums[p] - 10}\n" for p in MONTHS),
        "means.csv": "unit;mean;period;value;planned\nn1;advisers;2025-12;3,5;non\n"
                     "n1;advisers;2026-01;4;oui\n",
    }


EVENT = {
    "displayName": "Signature",
    "events": [{
        "id": "signature", "category": "CATEGORY_REGULATORY", "start": "2026-01", "channel": "phone",
        "effect": {"kind": "KIND_FIXED", "mode": -0.5},
        "transfers": [{"channel": "agence", "share": 0.2}, {"unit": "s2", "share": 0.1}],
    }],
}


class Channels(OneServer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write("bank", bank())
        done = cls.jalon("import", "bank", "--network", "fr")
        assert done.returncode == 0, done.stderr

    def test_shares_are_listed_with_their_assumptions(self):
        rows = self.rows("network", "channels", "--network", "fr")
        self.assertEqual([(r["place"], r["share"], r["assumption"]) for r in rows],
                         [("kind proximity", "0.3", "yes"), ("n1", "0.1", ""), ("n2", "0.5", "")])

    def test_parents_reconcile_and_hold_the_eliminations(self):
        done = self.jalon("network", "reconcile", "--network", "fr", "--window", "2025")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("12 agree, 0 differ", done.stdout)
        series = self.rows("series", "--network", "fr", "--window", "2025-01", "--depth", "2")
        value = {r["unit"]: float(r["value"]) for r in series}
        self.assertEqual(value["siege"], sum(value[b] for b in BRANCHES) - 10)
        self.assertEqual(value["nord"], value["n1"] + value["n2"])
        original = self.rows("series", "--network", "fr", "--window", "2025-01", "--depth", "2",
                             "--perimeter", "original")
        self.assertEqual({r["unit"]: float(r["value"]) for r in original}, value)

    def test_ratios_and_derived_indicators_are_made_of_sums_with_eliminations(self):
        files = bank()
        files["indicators.csv"] = ("id;kind;numerator;denominator;expression\naccounts;count;;;\n"
                                   "cards;count;;;\nequipped;ratio;cards;accounts;\n"
                                   "fees;derived;;;12 * accounts + 3 * cards\n")
        cards = {(b, m): accounts(b, m) // 3 for b in BRANCHES for m in range(len(MONTHS))}
        files["realisations.csv"] += "".join(f"{b};cards;{MONTHS[m]};{n}\n"
                                             for (b, m), n in cards.items())
        self.write("kinds", files)
        self.assertEqual(self.jalon("import", "kinds", "--network", "kinds").returncode, 0)

        def sold(unit, m):
            branches = {"siege": list(BRANCHES), "nord": ["n1", "n2"]}[unit]
            twice = 10 if unit == "siege" else 0
            return (sum(accounts(b, m) for b in branches) - twice,
                    sum(cards[b, m] for b in branches))

        rows = self.rows("series", "--network", "kinds", "--window", "2025", "--depth", "1",
                         "--indicator", "equipped", "--indicator", "fees")
        self.assertEqual(len(rows), 2 * 3 * 12)
        for row in rows:
            if row["unit"] == "sud":
                continue
            opened, held = sold(row["unit"], MONTHS.index(row["period"]))
            expected = held / opened if row["indicator"] == "equipped" else 12 * opened + 3 * held
            self.assertAlmostEqual(float(row["value"]), expected, delta=1e-6 * expected)

        # Eleven of the window's twelve months are realised: nearly the same in a run.
        fit = self.jalon("fit", "--network", "kinds", "--id", "m", "--as-of", "2025-11")
        self.assertEqual(fit.returncode, 0, fit.stderr)
        run = self.jalon("forecast", "--network", "kinds", "--model", "m", "--window", "2025",
                         "--indicator", "equipped", "--indicator", "fees", "--level", "network",
                         "--seed", "7", "--paths", "256", "--quantiles", "0.5", "-o", "csv")
        self.assertIn(run.returncode, (0, 3), run.stderr)
        self.assertNotIn("without the eliminations", run.stderr)
        value = {r["indicator"]: float(r["value"])
                 for r in csv.DictReader(io.StringIO(run.stdout.lstrip("\ufeff")))}
        year = [sold("siege", m) for m in range(24, 36)]
        opened, held = sum(o for o, _ in year), sum(h for _, h in year)
        # The eliminations of the year, 120 of some 17,000, are 0.7 % of both.
        self.assertAlmostEqual(value["equipped"] / (held / opened), 1.0, delta=0.003)
        self.assertAlmostEqual(value["fees"] / (12 * opened + 3 * held), 1.0, delta=0.003)

    def test_a_total_that_does_not_reconcile_is_named(self):
        files = bank()
        files["parent_totals.csv"] = files["parent_totals.csv"].replace(
            f";2025-03;{sum(accounts(b, 26) for b in BRANCHES) - 10}\n", ";2025-03;1\n")
        self.write("wrong", files)
        self.assertEqual(self.jalon("import", "wrong", "--network", "wrong").returncode, 0)
        done = self.jalon("network", "reconcile", "--network", "wrong", "-o", "csv")
        self.assertEqual(done.returncode, 1)
        first = list(csv.DictReader(io.StringIO(done.stdout.lstrip("\ufeff"))))[0]
        self.assertEqual((first["unit"], first["period"], first["verdict"]),
                         ("siege", "2025-03", "DIFFERS"))
        self.assertIn("35 agree, 1 differ", done.stderr)

    def test_eliminations_follow_a_branch_to_another_region_and_stay_proved(self):
        files = bank()
        sums = [accounts("n1", m) + accounts("n2", m) for m in range(len(MONTHS))]
        files["eliminations.csv"] += "".join(f"nord;accounts;{p};-30\n" for p in MONTHS)
        files["parent_totals.csv"] = "unit;indicator;period;value\n" + "".join(
            f"nord;accounts;{p};{s - 30}\n" for p, s in zip(MONTHS, sums))
        files["perimeter.csv"] = "type;date;unit;receiver;share\nmerger;2026-01;n2;s1;\n"
        self.write("moved", files)
        done = self.jalon("import", "moved", "--network", "moved")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("eliminations that follow branches to other units", done.stdout)
        nord = {}
        for view in ("target", "original"):
            done = self.jalon("network", "reconcile", "--network", "moved", "--perimeter", view)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("36 agree, 0 differ", done.stdout)
            series = self.rows("series", "--network", "moved", "--depth", "2", "--window", "2025-01",
                               "--perimeter", view)
            value = {r["unit"]: float(r["value"]) for r in series if r["value"]}
            self.assertEqual(value["siege"], sum(accounts(b, 24) for b in BRANCHES) - 40)
            nord[view] = value["nord"] - sum(value.get(b, 0) for b in ("n1", "n2"))
        self.assertEqual(nord["original"], -30)
        self.assertAlmostEqual(nord["target"], -30 * accounts("n1", 24) / sums[24], delta=1)

    def test_a_year_is_phased_by_months_with_their_eliminations(self):
        """The south sells until June what the north sells from July on, and credits half of it twice."""
        rows = eliminated = "unit;indicator;period;value\n"
        # Five years: in fewer the fit does not believe in regions of opposite seasons.
        for month in range(60):
            period, early = f"{2021 + month // 12}-{month % 12 + 1:02d}", month % 12 < 6
            sold = {b: (200 if (b[0] == "s") == early else 100) + (month * 7 + p * 3) % 5
                    for p, b in enumerate(BRANCHES)}
            rows += "".join(f"{branch};accounts;{period};{value}\n" for branch, value in sold.items())
            eliminated += f"sud;accounts;{period};{-(sold['s1'] + sold['s2']) // 2}\n"
        self.write("twice", {"units.csv": bank()["units.csv"], "indicators.csv": "id;kind\naccounts;count\n",
                             "realisations.csv": rows, "eliminations.csv": eliminated})
        for words in (("import", "twice"), ("fit", "--id", "m"),
                      ("objectives", "create", "plan", "--base", "2025", "--window", "2026",
                       "--growth", "0%", "--level", "network"),
                      ("objectives", "phase", "expected", "--from", "plan", "--method", "model"),
                      ("objectives", "phase", "past", "--from", "plan", "--method", "last_year")):
            done = self.jalon(*words, "--network", "twice")
            self.assertEqual(done.returncode, 0, done.stderr)
        for months in ("expected", "past"):
            shown = self.rows("objectives", "show", months, "--network", "twice")
            until = {r["window"]: float(r["value"]) for r in shown}
            # 400 of 600 and 500 of 600 a month; half a year each without eliminations.
            self.assertAlmostEqual(until["2026-01..2026-06"] / until["2026"], 4 / 9, delta=0.02)

    def test_means_are_listed_seen_and_planned(self):
        rows = self.rows("network", "means", "--network", "fr")
        self.assertEqual([(r["unit"], r["period"], r["value"], r["planned"]) for r in rows],
                         [("n1", "2025-12", "3.5", ""), ("n1", "2026-01", "4", "yes")])

    def test_an_event_acts_by_each_branchs_own_share_and_says_where_sales_go(self):
        with open(os.path.join(self.folder, "signature.json"), "w", encoding="utf-8") as out:
            json.dump(EVENT, out)
        made = self.jalon("scenario", "create", "signature", "--network", "fr", "--file",
                          "signature.json")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(self.jalon("fit", "--network", "fr", "--id", "m").returncode, 0)

        medians = {}
        for scenario in ([], ["--scenario", "signature"]):
            run = self.jalon("forecast", "--network", "fr", "--model", "m", "--window", "2026", "--seed",
                             "7", "--paths", "2048", "--quantiles", "0.5", "-o", "csv", *scenario)
            self.assertIn(run.returncode, (0, 3), run.stderr)
            for row in csv.DictReader(io.StringIO(run.stdout.lstrip("\ufeff"))):
                medians.setdefault(row["unit"], []).append(float(row["value"]))
        # Ten of each month's accounts are credited twice: in the network's sum, in proportion.
        self.assertLess(medians["siege"][0], sum(medians[b][0] for b in BRANCHES) - 100)
        # share x effect x (1 - returned): .1 x .5 x .8 = 4 %, .5 x .5 x .8 = 20 %.
        self.assertAlmostEqual(medians["n1"][1] / medians["n1"][0], 0.96, delta=0.01)
        self.assertAlmostEqual(medians["n2"][1] / medians["n2"][0], 0.80, delta=0.01)
        self.assertGreater(medians["s2"][1] / medians["s2"][0], medians["s1"][1] / medians["s1"][0] + 0.03)

        runs = self.rows("runs", "list", "--network", "fr")
        run = next(r for r in runs if r["scenario"] == "signature")["run"]
        shown = self.jalon("runs", "show", run, "--network", "fr", "-o", "json")
        self.assertIn("share of channel phone (kind proximity: 30.0 %) is an assumption", shown.stdout)
        losses = {r["unit"]: r for r in self.rows("runs", "losses", run, "--network", "fr", "--depth", "2")}
        for row in losses.values():
            parts = [float(row[key]) for key in ("lost", "returned", "moved")]
            self.assertAlmostEqual(float(row["taken"]), sum(parts), places=6)
        year = sum(accounts("n2", m) for m in range(24, 36))
        self.assertAlmostEqual(float(losses["n2"]["taken"]), 0.25 * year, places=6)
        self.assertAlmostEqual(float(losses["n2"]["returned"]), 0.05 * year, places=6)
        self.assertEqual(float(losses["n2"]["assumed"]), 0.0)
        self.assertEqual(float(losses["s1"]["assumed"]), 1.0)
        moved = sum(float(losses[b]["moved"]) for b in ("n1", "n2", "s1"))
        self.assertAlmostEqual(float(losses["s2"]["received"]), moved, places=6)

    def test_an_event_on_an_unknown_channel_is_refused(self):
        event = json.loads(json.dumps(EVENT))
        event["events"][0]["channel"] = "smoke"
        with open(os.path.join(self.folder, "smoke.json"), "w", encoding="utf-8") as out:
            json.dump(event, out)
        made = self.jalon("scenario", "create", "smoke", "--network", "fr", "--file", "smoke.json")
        self.assertEqual(made.returncode, 67)
        self.assertIn("must be one of the network's channels", made.stderr)

    def test_provisional_months_are_left_out_or_completed_and_listed(self):
        """Six months in a row, the last one first reported at 80 %."""
        def month(m, share):
            return "".join(f"{b};accounts;{MONTHS[m]};{round(accounts(b, m) * share)}\n" for b in BRANCHES)

        files = bank()
        for name in ("eliminations.csv", "parent_totals.csv", "means.csv"):
            del files[name]
        head = "unit;indicator;period;value\n"
        indicators = "id;kind;provisional_from\naccounts;count;"
        for last in range(30, 36):
            final = "".join(month(m, 1) for m in (range(30) if last == 30 else [last - 1]))
            files = {**(files if last == 30 else {}), "indicators.csv": indicators + MONTHS[last] + "\n",
                     "realisations.csv": head + final + month(last, 0.8)}
            folder = f"month{last}"
            self.write(folder, files)
            if last > 30:
                self.write(folder, {"manifest.txt": "[network]\nid = late\n"})
            done = self.jalon("import", folder, "--network", "late",
                              "--mode", "replace" if last == 30 else "append")
            self.assertEqual(done.returncode, 0, done.stderr)

        series = self.rows("series", "--network", "late", "--window", "2025-11..2025-12")
        self.assertEqual([(r["period"], r["mark"]) for r in series], [("2025-11", ""), ("2025-12", "p")])

        left = self.jalon("fit", "--network", "late", "--id", "left")
        self.assertEqual(left.returncode, 0, left.stderr)
        self.assertIn("accounts: 2025-12 provisional: left out of the fit", left.stdout + left.stderr)
        done = self.jalon("fit", "--network", "late", "--id", "done", "--provisional", "complete")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = done.stdout + done.stderr
        self.assertRegex(text, r"accounts: 2025-12 provisional: 2025-12 completed x 1\.2[45]\d\d "
                               r"\(age 0, learnt from 5 periods\)")


if __name__ == "__main__":
    OneServer.jalond_program, OneServer.jalon_program = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
