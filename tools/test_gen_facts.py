"""tools/gen-facts accepts the tables of this tree and refuses broken ones with file:line."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent


class GenFactsTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.data = self.folder / "facts"
        shutil.copytree(TOOLS.parent / "data/facts", self.data)

    def generate(self):
        done = subprocess.run([sys.executable, TOOLS / "gen-facts", self.data, self.folder / "out.cpp"], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stderr

    def edit(self, table, change):
        """Changes the first row of a table; returns the place of that row."""
        path = self.data / f"{table}.tsv"
        lines = path.read_text(encoding="utf-8").split("\n")
        first = next(i for i, line in enumerate(lines) if line and not line.startswith("#")) + 1
        lines[first] = "\t".join(change(lines[first].split("\t")))
        path.write_text("\n".join(lines), encoding="utf-8")
        return f"{path}:{first + 1}: "

    def assert_refused(self, place, words):
        status, message = self.generate()
        self.assertEqual(status, 1)
        self.assertIn(place, message)
        self.assertIn(words, message)
        self.assertFalse((self.folder / "out.cpp").exists())

    def test_the_tables_of_this_tree_are_sound(self):
        self.assertEqual(self.generate(), (0, ""))

    def test_the_output_is_the_same_every_time(self):
        self.generate()
        first = (self.folder / "out.cpp").read_bytes()
        self.generate()
        self.assertEqual(first, (self.folder / "out.cpp").read_bytes())

    def test_a_missing_cell(self):
        self.assert_refused(self.edit("torch", lambda cells: cells[:-1]), "16 cells, expected 17")

    def test_a_row_without_source(self):
        self.assert_refused(self.edit("cudnn", lambda cells: cells[:-2] + ["?", cells[-1]]), "row has no source")

    def test_general_knowledge_is_no_source(self):
        self.assert_refused(self.edit("env_vars", lambda cells: cells[:-2] + ["general knowledge", cells[-1]]), "row has no source")

    def test_a_row_without_date(self):
        self.assert_refused(self.edit("cudnn", lambda cells: cells[:-1] + ["?"]), "row has no as_of")

    def test_an_empty_cell(self):
        self.assert_refused(self.edit("driver_cuda", lambda cells: cells[:4] + [""] + cells[5:]), "column kind is empty")

    def test_a_key_that_stands_twice(self):
        path = self.data / "pci_devices.tsv"
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        path.write_text("\n".join(lines + [lines[-1]]) + "\n", encoding="utf-8")
        self.assert_refused(f"{path}:{len(lines) + 1}: ", "stands already")

    def test_a_number_that_is_none(self):
        self.assert_refused(self.edit("cuda_driver_min", lambda cells: cells[:3] + ["new"] + cells[4:]), "column native_min_linux is 'new'")

    def test_a_version_that_does_not_match_its_number(self):
        self.assert_refused(self.edit("driver_cuda", lambda cells: cells[:2] + ["9020"] + cells[3:]), "cuda_int 9020 does not match 9.1")

    def test_a_table_nobody_knows(self):
        (self.data / "other.tsv").write_text("a\n", encoding="utf-8")
        self.assert_refused(f"{self.data / 'other.tsv'}:1: ", "does not know this table")

    def test_a_missing_table(self):
        (self.data / "torch.tsv").unlink()
        self.assert_refused(f"{self.data / 'torch.tsv'}:1: ", "table is missing")


if __name__ == "__main__":
    unittest.main()
