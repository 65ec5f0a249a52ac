"""What the documents promise."""

import hashlib
import re
import textwrap

from conftest import ROOT
from rooms import files, rooms_imported

from digits.places import BUNDLED_DIGITS


def test_the_python_of_the_readme_runs_anywhere_and_prints_what_it_says(
    monkeypatch, capsys, tmp_path, few_drawn
):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 3
    for code in blocks:
        exec(code, {})
        printed = capsys.readouterr().out.splitlines()
        told = re.findall(r"print.*\)  # (.*)", code)
        assert told and set(told) <= set(printed)


PAGES = (*ROOT.glob("*.md"), *ROOT.glob("*/*.md"))
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
    monkeypatch.setattr("digits.formats.read", lambda path: digits)
    exec(rebuilt, {})
    assert capsys.readouterr().out.startswith("1: loss 2.3")


def test_every_room_of_the_package_is_in_the_table_with_what_it_imports():
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = dict(re.findall(r"^\| `digits/(\w[\w/]*)\.py` \|.*\| (.*) \|$", page, re.MULTILINE))
    assert table.keys() == files().keys()
    for name, file in files().items():
        told = set() if table[name] == "–" else set(table[name].split(", "))
        assert told == rooms_imported(name, file) - {"errors"}, name


def test_the_data_have_the_checksum_that_their_readme_gives():
    told = re.search(r"`([0-9a-f]{64})`", (ROOT / "data" / "README.md").read_text())
    assert hashlib.sha256(BUNDLED_DIGITS.read_bytes()).hexdigest() == told[1]


def test_every_link_and_picture_of_the_documents_is_there():
    for page in PAGES:
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
