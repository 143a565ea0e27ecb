#!/usr/bin/env python3
"""scripts/checks/tidy finds every file the build compiles, in batches or not: tidy_test.py BUILD"""

import os
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def lines(*command, **environment):
    return set(subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True,
                              text=True, stdout=subprocess.PIPE).stdout.split())


class TidyTest(unittest.TestCase):
    build = None

    def test_knows_every_file_of_the_libraries_and_programs(self):
        sources = lines("find", "sim", "server", "clients", "-name", "*.cc")
        self.assertGreater(len(sources), 100)
        known = lines("scripts/checks/tidy", "--list", JALON_BUILD_DIR=self.build)
        self.assertEqual(known, sources)


if __name__ == "__main__":
    TidyTest.build = sys.argv.pop(1)
    unittest.main()
