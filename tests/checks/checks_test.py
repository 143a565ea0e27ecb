#!/usr/bin/env python3
"""Each check finds a planted violation, names its line, and passes the tree beside it that is right."""

import os
import subprocess
import sys
import tempfile
import unittest

CHECKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "checks")


def run_check(name, tree):
    """Runs a check on a tree given as {path: text}; returns (exit code, output)."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as stream:
                stream.write(text)
        done = subprocess.run([os.path.join(CHECKS, name), "--root", root], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


class CheckTest(unittest.TestCase):
    check = None

    def assert_finds(self, tree, *findings):
        code, output = run_check(self.check, tree)
        self.assertEqual(code, 1, output)
        for finding in findings:
            self.assertIn(finding, output)

    def assert_passes(self, tree):
        code, output = run_check(self.check, tree)
        self.assertEqual(code, 0, output)


class LayersTest(CheckTest):
    check = "layers"

    def test_refuses_grpc_in_sim(self):
        self.assert_finds({"sim/engine/a.cc": "#include <vector>\n#include <grpcpp/grpcpp.h>\n"},
                          "sim/engine/a.cc:2: layers: grpcpp/grpcpp.h")

    def test_refuses_a_folder_that_looks_back(self):
        self.assert_finds({"sim/base/a.h": '#include "sim/engine/plan.h"\n'}, "sim/base/a.h:1: layers:")

    def test_refuses_threads_files_and_clocks_in_sim(self):
        self.assert_finds({"sim/run/a.cc": "#include <thread>\n#include <fstream>\n"
                                           'auto* home = getenv("HOME");\n'},
                          "a.cc:1: layers:", "a.cc:2: layers:", "a.cc:3: layers: getenv")

    def test_refuses_the_store_in_ingest(self):
        self.assert_finds({"server/ingest/a.cc": '#include "server/store/store.h"\n'}, "a.cc:1: layers:")

    def test_refuses_api_messages_beside_values_outside_convert(self):
        self.assert_finds({"server/cache/a.cc": '#include "jalon/v1/result.pb.h"\n'}, "a.cc:1: layers:")
        self.assert_finds({"server/rpc/a.cc": '#include "sim/model/model.h"\n'}, "a.cc:1: layers:")

    def test_refuses_sim_in_clients(self):
        self.assert_finds({"clients/cpp/a.h": '#include "sim/base/status_macros.h"\n'}, "a.h:1: layers:")

    def test_refuses_dear_headers_in_headers(self):
        self.assert_finds({"clients/cli/a.h": "#include <CLI/CLI.hpp>\n"}, "a.h:1: layers:")

    def test_refuses_foreign_protos(self):
        self.assert_finds({"proto/jalon/v1/a.proto": 'import "google/rpc/status.proto";\n',
                           "sim/base/a.h": "int x;\n"}, "a.proto:1: layers:")

    def test_refuses_an_unknown_library(self):
        self.assert_finds({"sim/base/a.h": "#include <fmt/core.h>\n"}, "a.h:1: layers:")

    def test_passes_what_points_one_way(self):
        self.assert_passes({"sim/engine/a.cc": '#include "sim/engine/a.h"\n#include <vector>\n'
                                               '#include "absl/status/status.h"\n'
                                               '#include "sim/base/period.h"\n',
                            "server/convert/a.cc": '#include "jalon/v1/result.pb.h"\n'
                                                   '#include "sim/engine/target.h"\n'})


class LocksTest(CheckTest):
    check = "locks"

    def test_refuses_abseil_locks(self):
        self.assert_finds({"server/run/a.cc": '#include "absl/synchronization/mutex.h"\nabsl::Mutex m;\n'},
                          "a.cc:1: locks:", "a.cc:2: locks: absl::Mutex")

    def test_refuses_a_bare_standard_lock(self):
        self.assert_finds({"server/run/a.cc": "#include <mutex>\n\nstd::mutex m;\n"},
                          "a.cc:1: locks:", "a.cc:3: locks: std::mutex")

    def test_passes_the_owner_and_comments(self):
        self.assert_passes({"server/base/mutex.h": "#include <mutex>\nstd::mutex m;\n",
                            "server/run/a.cc": "// never absl::Mutex\n"})


class LibmTest(CheckTest):
    check = "libm"

    def test_refuses_transcendental_functions(self):
        self.assert_finds({"sim/engine/a.cc": "double a = std::exp(1.0);\ndouble b = log(2.0);\n"
                                              "double c = x.array().pow(2);\n"
                                              "auto d = Map(v, std::log1p);\n"},
                          "a.cc:1: libm:", "a.cc:2: libm:", "a.cc:3: libm:", "a.cc:4: libm:")

    def test_refuses_standard_distributions_and_boost(self):
        self.assert_finds({"sim/random/a.cc": "#include <random>\nstd::normal_distribution<> n;\n"
                                              "boost::math::normal b;\n"},
                          "a.cc:1: libm:", "a.cc:2: libm:", "a.cc:3: libm:")

    def test_passes_our_own_functions_and_exact_ones(self):
        self.assert_passes({"sim/engine/a.cc": "// std::exp is forbidden\n"
                                               "double a = Exp2(x) + std::sqrt(y) + std::fma(a, b, c);\n"
                                               "double catalog(int);\n"})


class WordsTest(CheckTest):
    check = "words"

    def test_refuses_unfinished_work(self):
        self.assert_finds({"sim/a.cc": "int x;\n// TODO: more\n"}, "sim/a.cc:2: words: unfinished")

    def test_refuses_skipped_tests(self):
        self.assert_finds({"tests/a_test.cc": "TEST(A, DISABLED_B) {}\n"}, "tests/a_test.cc:1: words:")

    def test_refuses_paths_of_one_machine(self):
        self.assert_finds({"docs/a.md": "see /home/ann/jalon\n"}, "docs/a.md:1: words:")

    def test_refuses_the_second_name_of_an_indicator_but_not_its_gloss(self):
        self.assert_finds({"docs/a.md": "each KPI\n"}, "docs/a.md:1: words:")
        self.assert_passes({"docs/a.md": "each indicator (KPI)\n", "docs/glossary.md": "KPI: see indicator\n"})


class LinksTest(CheckTest):
    check = "links"

    def test_refuses_broken_links_and_anchors(self):
        self.assert_finds({"README.md": "# A b\n[x](docs/none.md)\n[y](#nowhere)\n[z](#a-b)\n"},
                          "README.md:2: links:", "README.md:3: links:")

    def test_refuses_unknown_and_unused_keys(self):
        self.assert_finds({"sim/a.h": "// Source: [Nobody1999, eq. 2]\n",
                           "docs/bibliography.md": "- [Unused2001] x\n"},
                          "sim/a.h:1: links: [Nobody1999]", "docs/bibliography.md:1: links: [Unused2001]")

    def test_refuses_an_adr_missing_from_the_index(self):
        self.assert_finds({"docs/adr/README.md": "# Decisions\n", "docs/adr/0001-one.md": "# One\n"},
                          "0001-one.md is not listed")

    def test_passes_what_resolves(self):
        self.assert_passes({"README.md": "[a](docs/adr/README.md#decisions) [b](https://example.org)\n",
                            "docs/adr/README.md": "# Decisions\n[1](0001-one.md)\n",
                            "docs/adr/0001-one.md": "# One\nSource: [Known2001].\n",
                            "docs/bibliography.md": "- [Known2001] x\n"})


class ReasonsTest(CheckTest):
    check = "reasons"

    def test_refuses_undocumented_and_invented_reasons(self):
        self.assert_finds({"sim/a.cc": 'int x;\nadd({.reason = "TOO_BIG"});\nadd({"no", "CYCLE"});\n',
                           "docs/errors.md": "| `TOO_SMALL` | x |\n"},
                          "sim/a.cc:2: reasons: TOO_BIG", "sim/a.cc:3: reasons: CYCLE",
                          "docs/errors.md:1: reasons: TOO_SMALL")

    def test_passes_when_code_and_page_agree(self):
        self.assert_passes({"sim/a.cc": 'add({.reason = "TOO_BIG"});\nadd({"no", "CYCLE"});\n',
                            "docs/errors.md": "| `TOO_BIG`, `CYCLE` | x |\n"})


class FormatTest(CheckTest):
    check = "format"
    config = "BasedOnStyle: Google\n"

    def test_refuses_what_clang_format_would_change(self):
        self.assert_finds({".clang-format": self.config, "sim/a.cc": "int x;\nint   y;\n"},
                          "sim/a.cc:2: format:")

    def test_passes_what_clang_format_wrote(self):
        self.assert_passes({".clang-format": self.config, "sim/a.cc": "int x;\n"})


class ProtoTest(unittest.TestCase):
    """In a repository of two commits; needs npm, hence one of the slow tests."""

    GOOD = ('syntax = "proto3";\npackage jalon.v1;\n\nmessage Thing {\n  string name = 1;\n}\n')

    def run_on(self, first, second, message="Second"):
        with tempfile.TemporaryDirectory() as root:
            def git(*arguments):
                subprocess.run(["git", "-C", root, "-c", "user.name=t", "-c", "user.email=t@example.org",
                                *arguments], check=True, stdout=subprocess.DEVNULL)

            git("init", "-q")
            os.makedirs(os.path.join(root, "proto", "jalon", "v1"))
            with open(os.path.join(CHECKS, "..", "..", "proto", "buf.yaml"), encoding="utf-8") as stream:
                config = stream.read()
            for text, subject in ((first, "First"), (second, message)):
                for path, content in (("proto/buf.yaml", config), ("proto/jalon/v1/thing.proto", text)):
                    with open(os.path.join(root, path), "w", encoding="utf-8") as stream:
                        stream.write(content)
                git("add", ".")
                git("commit", "-q", "--allow-empty", "-m", subject)
            environment = {k: v for k, v in os.environ.items() if k != "JALON_BASE"}
            done = subprocess.run([os.path.join(CHECKS, "proto"), "--root", root], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
            return done.returncode, done.stdout

    def test_refuses_what_buf_lint_refuses(self):
        code, output = self.run_on(self.GOOD, self.GOOD.replace("string name", "string theName"))
        self.assertEqual(code, 1, output)
        self.assertRegex(output, r"thing\.proto:5:\d+:")

    def test_refuses_a_field_that_changes_its_type(self):
        code, output = self.run_on(self.GOOD, self.GOOD.replace("string name", "int64 name"))
        self.assertEqual(code, 1, output)
        self.assertIn("API-break", output)

    def test_accepts_a_declared_break(self):
        code, output = self.run_on(self.GOOD, self.GOOD.replace("string name", "int64 name"),
                                   "Second\n\nAPI-break: names are numbers now")
        self.assertEqual(code, 0, output)

    def test_passes_an_added_field(self):
        code, output = self.run_on(self.GOOD, self.GOOD.replace(" = 1;\n", " = 1;\n  string note = 2;\n"))
        self.assertEqual(code, 0, output)


class EmptyTreeTest(unittest.TestCase):
    def test_a_check_that_looked_at_nothing_fails(self):
        for name in ("layers", "locks", "libm", "words", "links"):
            code, output = run_check(name, {"a.bin": ""})
            self.assertEqual(code, 2, name + ": " + output)


if __name__ == "__main__":
    sys.exit(unittest.main())
