"""What the documents promise."""

import ast
import hashlib
import re
import textwrap
from collections.abc import Collection
from pathlib import Path

from conftest import ROOT

from digits.places import BUNDLED_DIGITS


def test_the_python_of_the_readme_runs_and_prints_what_it_says(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(code, {})
    answer, score, *summary = capsys.readouterr().out.splitlines()
    assert (answer, score) == tuple(re.findall(r"print.*\)  # (.*)", code))
    assert summary[-1].split() == ["total", "51"]


QUOTE = re.compile(r"^\[([^]]+)\]\(\.\./([^)]+)\)\n```python\n(.*?)```", re.DOTALL | re.MULTILINE)


def test_code_quoted_in_the_documents_is_the_code_in_the_files():
    quoted = 0
    for page in (ROOT / "docs").glob("*.md"):
        for name, file, code in QUOTE.findall(page.read_text()):
            lines = (ROOT / file).read_text().splitlines()
            size = len(code.splitlines())
            windows = (lines[i : i + size] for i in range(len(lines) - size + 1))
            assert name == file
            assert any(textwrap.dedent("\n".join(part)) == code.rstrip() for part in windows), code
            quoted += 1
    assert quoted > 10


def test_the_python_of_how_it_works_runs_and_prints_what_it_says(monkeypatch, capsys, digits):
    page = QUOTE.sub("", (ROOT / "docs" / "how-it-works.md").read_text())
    by_hand, rebuilt = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(by_hand, {})
    assert capsys.readouterr().out.strip() == by_hand.partition("  # ")[2].strip()
    monkeypatch.setattr("digits.dataset.read_csv", lambda path: digits)
    exec(rebuilt, {})
    assert capsys.readouterr().out.startswith("1: loss 2.3")


def test_every_room_of_the_package_is_in_the_table_with_what_it_imports():
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = dict(re.findall(r"^\| `digits/(\w+)\.py` \|.*\| (.*) \|$", page, re.MULTILINE))
    files = {file.stem: file for file in (ROOT / "digits").glob("*.py")}
    assert table.keys() == files.keys()
    for name, file in files.items():
        told = set(table[name].split(", ")) & files.keys()
        assert told == rooms_imported(file, files) - {"errors"}, name


def rooms_imported(file: Path, rooms: Collection[str]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "digits":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("digits."):
            found.add(node.module.split(".")[1])
    return found & set(rooms)


def test_the_data_have_the_checksum_that_their_readme_gives():
    told = re.search(r"`([0-9a-f]{64})`", (ROOT / "data" / "README.md").read_text())
    assert hashlib.sha256(BUNDLED_DIGITS.read_bytes()).hexdigest() == told[1]


def test_every_link_and_picture_of_the_documents_is_there():
    for page in (*ROOT.glob("*.md"), *ROOT.glob("*/*.md")):
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for target, heading in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text):
            if not target.startswith("http"):
                there = page.parent / target if target else page
                assert there.exists(), (page, target)
                assert not heading or heading in headings(there.read_text()), (page, heading)


def headings(text: str) -> list[str]:
    """The names under which GitHub's links find the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


def test_no_document_has_a_blank_to_fill_in():
    for page in (*ROOT.glob("*.md"), *ROOT.glob("*/*.md")):
        assert not re.search(r"@[A-Z]+@", page.read_text()), page
