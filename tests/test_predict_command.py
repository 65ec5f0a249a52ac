import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from digits.commands import predict
from digits.pictures import read_picture
from digits.places import DOUBT, PRETRAINED
from digits.reader import load
from renderings import RENDERINGS, scribble


@pytest.fixture
def seven(tmp_path, all_digits):
    """The first test digit, a clear 7, as a picture."""
    path = tmp_path / "seven.png"
    Image.fromarray(all_digits.images[60_000].reshape(28, 28)).save(path)
    return str(path)


def ask(*arguments: object) -> int:
    """Call `predict` with the shipped model, whatever was trained here."""
    return predict.main(["--model", *map(str, (PRETRAINED, *arguments))])


def test_a_picture_is_named_with_its_probability(seven, capsys):
    assert ask(seven) == 0
    out, err = capsys.readouterr()
    digit, probability, sign, file = out.split()
    assert (digit, sign, file) == ("7", "%", seven) and float(probability) > 90
    assert str(PRETRAINED) in err


def test_json_has_one_object_a_line_with_all_probabilities(seven, capsys):
    assert ask("--json", seven, seven) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(answers) == 2 and answers[0] == answers[1]
    (answer, _) = answers
    assert list(answer) == ["file", "digit", "probability", "probabilities"]
    assert (answer["file"], answer["digit"]) == (seven, 7)
    assert len(answer["probabilities"]) == 10
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert answer["probability"] == max(answer["probabilities"]) == answer["probabilities"][7]


def test_top_lists_the_likeliest_digits_in_order(seven, capsys):
    ask("--top", 3, seven)
    words = capsys.readouterr().out.split()
    assert words[0] == "7" and len(words) == 3 * 3 + 1
    assert float(words[1]) >= float(words[4]) >= float(words[7])


def test_a_bad_file_costs_only_its_own_line(seven, tmp_path, capsys):
    (tmp_path / "bad.png").write_bytes(b"nonsense")
    (tmp_path / "empty").mkdir()
    missing, empty = str(tmp_path / "missing.png"), str(tmp_path / "empty")
    names = [str(tmp_path / "bad.png"), seven, missing, empty]
    assert ask(*names) == 1
    out, err = capsys.readouterr()
    assert out.startswith("7 ") and out.count("\n") == 1
    assert "bad.png is not a whole picture" in err
    assert "missing.png: No such file or directory" in err
    assert "empty is a directory without pictures" in err
    assert ask("--json", *names) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["file"] for answer in answers] == names
    assert ["error" in answer for answer in answers] == [True, False, True, True]


def test_a_blank_picture_has_no_digit(tmp_path, capsys):
    Image.new("L", (40, 40), 255).save(tmp_path / "a.png")
    assert ask("--json", tmp_path / "a.png") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["digit"] is None and answer["reason"] == "blank"
    ask(tmp_path / "a.png")
    assert "blank" in capsys.readouterr().out


def test_a_model_that_cannot_be_used_is_told_in_one_sentence(seven, tmp_path, capsys):
    (tmp_path / "a.npz").write_bytes(PRETRAINED.read_bytes()[:999])
    for name, told in (("a.npz", "damaged"), ("b.npz", "No such file")):
        assert predict.main(["--model", str(tmp_path / name), seven]) == 1
        out, err = capsys.readouterr()
        assert not out and told in err and err.count("\n") == 1


def test_wrong_usage_exits_with_2(capsys):
    for flags in (
        [],
        ["--top", "0", "a.png"],
        ["--colour", "a.png"],
        ["a.png", "--save-seen", "a.xyz"],
        ["--csv", "a.csv"],
        ["a.png", "--csv", "a.csv", "--output", "b.csv"],
    ):
        with pytest.raises(SystemExit) as stop:
            predict.main(flags)
        assert stop.value.code == 2
    capsys.readouterr()


def test_a_clone_that_is_not_installed_works_from_any_directory(seven, tmp_path):
    """As a copy without a trained model, so that it is the shipped one that answers."""
    clone = tmp_path / "clone"
    for folder in ("digits", "scripts"):
        shutil.copytree(ROOT / folder, clone / folder)
    (clone / "models").mkdir()
    for model in (PRETRAINED, DOUBT):
        shutil.copy(model, clone / "models")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = subprocess.run(
        [sys.executable, "-X", "importtime", str(clone / "scripts" / "predict.py"), seven],
        capture_output=True,
        text=True,
        cwd=elsewhere,
        check=True,
    )
    assert run.stdout.startswith("7 ")
    assert str(clone / "models" / "pretrained.npz") in run.stderr
    imported = {line.split("|")[-1].strip() for line in run.stderr.splitlines() if "|" in line}
    assert {"numpy", "digits.network"} < imported
    assert not {"pandas", "matplotlib"} & imported


def test_the_shipped_model_reads_the_test_digits_as_pictures_as_well_as_raw(all_digits, tmp_path):
    reader = load(PRETRAINED)
    images, labels = all_digits.images[60_000:], all_digits.labels[60_000:]
    raw = np.mean(reader.predict(images) == labels)
    path = tmp_path / "a.png"
    seen = []
    for image in images[::10]:
        Image.fromarray(image.reshape(28, 28)).save(path)
        seen.append(read_picture(path))
    read = np.mean(reader.predict(np.array(seen)) == labels[::10])
    same_rows = np.mean(reader.predict(images[::10]) == labels[::10])
    assert raw > 0.98
    assert read >= same_rows - 0.005


@pytest.mark.parametrize("name", RENDERINGS)
def test_digits_are_read_right_in_every_way_that_people_have_them(all_digits, name):
    """A small share of `python scripts/research rerender`."""
    reader = load(PRETRAINED)
    images, labels = all_digits.images[60_000:60_008], all_digits.labels[60_000:60_008]
    assert np.mean(reader.predict(images) == labels) == 1
    rng = np.random.default_rng(3)
    read = [read_picture(RENDERINGS[name](image.reshape(28, 28), rng)) for image in images]
    assert np.mean(reader.predict(np.array(read)) == labels) >= 7 / 8


def test_numbers_are_read_from_left_to_right(all_digits, tmp_path, capsys):
    page = np.full((60, 160), 255, np.uint8)
    for place, row in ((5, 60_000), (60, 60_001), (115, 60_002)):
        page[15:43, place : place + 28] = 255 - all_digits.images[row].reshape(28, 28)
    path = str(tmp_path / "number.png")
    Image.fromarray(page).save(path)
    labels = "".join(map(str, all_digits.labels[60_000:60_003]))
    assert ask("--number", "--json", path) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["number"] == labels == "721"
    for digit, left in zip(answer["digits"], (5, 60, 115), strict=True):
        x, y, width, height = digit["box"]
        assert left <= x and x + width <= left + 28 and y >= 15 and y + height <= 43
    ask("--number", path)
    assert capsys.readouterr().out.startswith("721  ")
    ask("--json", path)
    answer = json.loads(capsys.readouterr().out)
    assert answer["digit"] is None and answer["reason"] == "several digits"
    ask(path)
    assert capsys.readouterr().out.startswith("-  several digits (--number reads them)  ")


def test_a_directory_stands_for_the_pictures_in_it(seven, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("no picture")
    Image.open(seven).save(tmp_path / "also.bmp")
    assert ask(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition("/")[2] for line in lines] == ["also.bmp", "seven.png"]


def test_a_picture_comes_through_standard_input(seven):
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "predict.py", "--model", PRETRAINED, "-"],
        input=Path(seven).read_bytes(),
        capture_output=True,
        check=True,
    )
    assert run.stdout.startswith(b"7 ") and run.stdout.endswith(b"-\n")


@pytest.mark.parametrize("with_labels", [False, True])
def test_a_csv_becomes_a_submission(all_digits, tmp_path, capsys, with_labels):
    images, labels = all_digits.images[60_000:60_050], all_digits.labels[60_000:60_050]
    rows = np.column_stack([labels, images]) if with_labels else images
    names = [*["label"] * with_labels, *(f"pixel{i}" for i in range(784))]
    test, output = tmp_path / "test.csv", tmp_path / "submission.csv"
    np.savetxt(test, rows, "%d", ",", header=",".join(names), comments="")
    assert ask("--csv", test, "--output", output) == 0
    lines = output.read_text().splitlines()
    assert lines[0] == "ImageId,Label" and lines[1] == "1,7" and len(lines) == 51
    assert np.mean([int(line.split(",")[1]) for line in lines[1:]] == labels) > 0.9
    capsys.readouterr()


def test_a_scribble_is_not_answered_at_random(tmp_path, rng, capsys):
    names = []
    for number in range(20):
        names.append(str(tmp_path / f"{number}.png"))
        scribble(rng).save(names[-1])
    ask("--json", *names)
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    doubtful = [answer for answer in answers if answer["digit"] is None]
    assert len(doubtful) >= 12
    assert {answer["reason"] for answer in doubtful} <= {"not sure", "several digits"}
    assert all(answer["probability"] == max(answer["probabilities"]) for answer in answers)


def test_what_was_seen_is_drawn_with_a_row_per_picture(seven, tmp_path, capsys):
    sizes = []
    for names in ([seven], [seven, seven]):
        assert ask(*names, "--save-seen", tmp_path / "seen.png") == 0
        with Image.open(tmp_path / "seen.png") as picture:
            sizes.append(picture.size)
    assert sizes[1] == (sizes[0][0], 2 * sizes[0][1])
    capsys.readouterr()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
@pytest.mark.parametrize("name", [b"\xff.png", b"a\nb.png", b"$x^$.png", "七.png".encode()])
def test_any_name_is_answered_and_drawn_in_one_line(seven, tmp_path, capsys, name):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    shutil.copy(seven, path)
    assert ask(path, path, "--save-seen", tmp_path / "seen.png") == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 2 and err.count("\n") == 1
    path.write_bytes(b"words")
    assert ask(path) == 1
    assert capsys.readouterr().err.count("\n") == 2  # of which one names the model


@pytest.mark.skipif(os.name == "nt", reason="the shell is another there")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_standard_streams_may_be_closed(seven, tmp_path, closed):
    command = [sys.executable, str(ROOT / "scripts" / "predict.py")]
    for name, status in ((seven, 0), ("-", 1)):
        told = subprocess.run(
            ["sh", "-c", f'"$@" {closed}', "sh", *command, name],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        assert told.returncode == status and "Traceback" not in told.stderr


def test_what_was_seen_says_what_the_answer_says(tmp_path, monkeypatch, all_digits):
    from digits import plots

    said, boxes = [], []
    monkeypatch.setattr(plots, "probabilities", lambda axes, p, *told: said.append(told))
    monkeypatch.setattr(plots, "boxes", lambda axes, *told: boxes.append(told))
    blank, number = tmp_path / "blank.png", tmp_path / "number.png"
    Image.new("L", (40, 40), 255).save(blank)
    rows = 255 - all_digits.images[60_000:60_002].reshape(2, 28, 28)
    Image.fromarray(np.pad(np.hstack(list(rows)), 9, constant_values=255)).save(number)
    assert ask(blank, "--save-seen", tmp_path / "seen.png") == 0
    assert said == [("what it says: blank", False)] and not boxes
    assert ask(number, "--number", "--save-seen", tmp_path / "seen.png") == 0
    assert [told[1].tolist() for told in boxes] == [[7, 2]]


def test_of_many_pictures_the_first_are_drawn_and_that_is_said(
    seven, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(predict, "MOST_SEEN", 2)
    assert ask(*[seven] * 3, "--save-seen", tmp_path / "seen.png") == 0
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 3
    assert told.err.endswith("seen.png shows the first 2 of 3 digits\n")
