#!/usr/bin/env python3
"""scripts/lib/setup.sh on machines made of fake dpkg-query, apt-get, id and sudo."""

import os
import subprocess
import sys
import tempfile
import unittest

SETUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "lib", "setup.sh")
TOOLS = ("cat", "sed", "awk", "basename", "dirname", "env", "nproc", "bash")


class SetupTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.bin = os.path.join(self.folder.name, "bin")
        os.mkdir(self.bin)
        for tool in TOOLS:
            path = subprocess.run(["which", tool], text=True, stdout=subprocess.PIPE).stdout.strip()
            os.symlink(path, os.path.join(self.bin, tool))
        self.list = os.path.join(self.folder.name, "packages.txt")

    def fake(self, name, script):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("#!/bin/bash\n" + script + "\n")
        os.chmod(path, 0o755)

    def machine(self, packages, installed=(), user=0, sudo=False):
        with open(self.list, "w", encoding="utf-8") as stream:
            stream.write(packages)
        cases = "".join(f'*{name}) echo "ii " ;; ' for name in installed)
        self.fake("dpkg-query", f'case "${{@: -1}}" in {cases} *) exit 1 ;; esac')
        self.fake("id", f"echo {user}")
        self.fake("apt-get", 'echo "ran apt-get $*"')
        if sudo:
            self.fake("sudo", 'echo "with sudo"; exec "$@"')

    def run_install(self):
        done = subprocess.run(["bash", "-c", f'set -euo pipefail; . "{SETUP}"; install_packages "{self.list}"'],
                              text=True, env={"PATH": self.bin}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def test_does_nothing_when_all_is_there(self):
        self.machine("cmake\nmake # why\n", installed=("cmake", "make"), user=1000)
        code, output = self.run_install()
        self.assertEqual(code, 0, output)
        self.assertNotIn("ran apt-get", output)

    def test_root_installs_only_what_is_missing(self):
        self.machine("# a comment\ncmake\nninja-build\n", installed=("cmake",))
        code, output = self.run_install()
        self.assertEqual(code, 0, output)
        self.assertRegex(output, r"ran apt-get .*install -y --no-install-recommends ninja-build\n")

    def test_a_user_with_sudo_uses_it(self):
        self.machine("cmake\n", user=1000, sudo=True)
        code, output = self.run_install()
        self.assertEqual(code, 0, output)
        self.assertIn("with sudo", output)

    def test_a_user_without_rights_is_told_what_to_ask_for(self):
        self.machine("cmake\nninja-build\n", user=1000)
        code, output = self.run_install()
        self.assertEqual(code, 1, output)
        self.assertIn("apt-get install --no-install-recommends cmake ninja-build", output)

    def test_a_command_on_the_path_stands_for_its_package(self):
        self.machine("some-awk awk\n", user=1000)
        code, output = self.run_install()
        self.assertEqual(code, 0, output)

    def test_stops_when_apt_fails(self):
        self.machine("cmake\n")
        self.fake("apt-get", "exit 100")
        code, output = self.run_install()
        self.assertNotEqual(code, 0, output)
        self.assertIn("FAILED", output)


if __name__ == "__main__":
    sys.exit(unittest.main())
