"""What the documents promise."""

import project

import hashlib
import re


def test_the_python_of_the_readme_runs_and_prints_what_it_says(monkeypatch, capsys):
    monkeypatch.chdir(project.ROOT)
    (code,) = re.findall(
        r"```python\n(.*?)```", (project.ROOT / "README.md").read_text(), re.DOTALL
    )
    exec(code, {})
    answer, *summary = capsys.readouterr().out.splitlines()
    assert answer == "[7]" and summary[-1].split() == ["total", "51"]


def test_the_data_have_the_checksum_that_their_readme_gives():
    told = re.search(r"`([0-9a-f]{64})`", (project.ROOT / "data" / "README.md").read_text())
    assert hashlib.sha256(project.DATA.read_bytes()).hexdigest() == told[1]


def test_every_link_and_picture_of_the_documents_is_there():
    for page in (*project.ROOT.glob("*.md"), *project.ROOT.glob("*/*.md")):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), (page, target)


def test_no_document_has_a_blank_to_fill_in():
    for page in (*project.ROOT.glob("*.md"), *project.ROOT.glob("*/*.md")):
        assert not re.search(r"@[A-Z]+@", page.read_text()), page
