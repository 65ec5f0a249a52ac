import gzip
from itertools import islice

import numpy as np
import pytest
from formats import OPENML, equal, turned, write_csv, write_folder, write_idx, write_npz

from digits.commands import convert, terminal
from digits.dataset import Digits, joined, take_rows
from digits.formats import read
from digits.formats import write_csv as write_digits
from digits.formats.csv_reader import read_csv
from digits.places import BUNDLED_DIGITS
from digits.reader import grown


def test_every_source_becomes_a_csv_that_reads_back_identical(tmp_path, few, capsys):
    made = (
        write_idx(tmp_path / "train-images-idx3-ubyte.gz", few),
        write_idx(tmp_path / "emnist-images-idx3-ubyte", Digits(turned(few.images), few.labels)),
        write_npz(tmp_path / "mnist.npz", few),
        write_csv(tmp_path / "a.csv", np.column_stack([few.images, few.labels]), OPENML),
        write_folder(tmp_path / "folder", few),
    )
    for source in made:
        for output in (tmp_path / "out.csv", tmp_path / "emnist.csv.gz"):
            assert convert.main([str(source), str(output)]) == 0
            assert capsys.readouterr().out == f"40 rows written to {output}\n"
            assert equal(read(output), read(source))


def test_the_csv_is_laid_out_as_the_bundled_one(small_csv, tmp_path):
    out = tmp_path / "out.csv"
    assert convert.main([str(small_csv), str(out)]) == 0
    with gzip.open(BUNDLED_DIGITS, "rb") as file:
        assert out.read_bytes() == b"".join(islice(file, 701))


def test_digits_without_labels_stay_without(tmp_path, few):
    write_digits(tmp_path / "out.csv.gz", Digits(few.images, None), rows_at_once=7)
    found = read_csv(tmp_path / "out.csv.gz")
    assert found.labels is None and np.array_equal(found.images, few.images)


def test_the_same_digits_make_the_same_bytes(tmp_path, few, monkeypatch):
    for name, now in (("a.csv.gz", 1e9), ("b.csv.gz", 1.5e9)):
        monkeypatch.setattr("time.time", lambda now=now: now)
        write_digits(tmp_path / name, few)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_a_transposed_source_is_turned_when_told(small_csv, tmp_path, digits):
    out = tmp_path / "out.csv"
    assert convert.main(["--transposed", str(small_csv), str(out)]) == 0
    assert np.array_equal(read(out).images, turned(digits.images))


def test_what_cannot_be_converted_leaves_the_old_file(tmp_path, few, capsys):
    path = write_idx(tmp_path / "train-images-idx3-ubyte", few)
    path.write_bytes(path.read_bytes()[:-1])
    (tmp_path / "out.csv").write_text("old")
    assert convert.main([str(path), str(tmp_path / "out.csv")]) == 1
    error = capsys.readouterr().err
    assert "is cut off after 39 of its 40 images" in error and error.count("\n") == 1
    assert (tmp_path / "out.csv").read_text() == "old"
    assert convert.main([str(path.with_name("none")), str(tmp_path / "out.csv")]) == 1


def test_an_output_that_cannot_be_written_is_told_by_name(small_csv, tmp_path, capsys):
    assert convert.main([str(small_csv), str(tmp_path / "no" / "out.csv")]) == 1
    assert "out.csv: No such file or directory" in capsys.readouterr().err


def test_what_is_read_is_not_written_over(small_csv, tmp_path, capsys):
    before = small_csv.read_bytes()
    (tmp_path / "link.csv").symlink_to(small_csv)
    for output in (small_csv, tmp_path / "link.csv"):
        assert convert.main([str(small_csv), str(output)]) == terminal.WRONG_USAGE
        assert "is what is read, expected another file" in capsys.readouterr().err
    assert small_csv.read_bytes() == before


def test_shards_hold_the_rows_and_their_copies(small_csv, tmp_path, digits, capsys):
    flags = ["--shards", "3", "--copies", "2"]
    assert convert.main([str(small_csv), str(tmp_path / "a"), *flags]) == 0
    assert capsys.readouterr().out == f"2,100 rows written to 3 shards in {tmp_path / 'a'}\n"
    found = [read(tmp_path / "a" / f"{number}.idx") for number in range(3)]
    rows = [len(part.images) // 3 for part in found]
    assert rows == [233, 233, 234]
    originals = [take_rows(part, slice(count)) for part, count in zip(found, rows, strict=True)]
    assert equal(joined(originals), digits)
    for part, count in zip(found, rows, strict=True):
        one, two, three = part.images.reshape(3, count, -1)
        assert (one != two).any(axis=1).all() and (two != three).any(axis=1).all()
        assert np.array_equal(part.labels, np.tile(part.labels[:count], 3))


def test_shards_depend_on_the_seed_and_not_on_threads(tmp_path, few):
    for name, seed, threads in (("a", 0, 1), ("b", 0, 2), ("c", 1, 2)):
        (tmp_path / name).mkdir()
        grown.write_shards(tmp_path / name, few, 2, 1, seed, threads=threads)
    a, b, c = ([(tmp_path / name / file).read_bytes() for file in ("0.idx", "1.idx", "0.labels")]
               for name in "abc")  # fmt: skip
    assert a == b and a[0] != c[0] and a[2] == c[2]


def test_shards_are_not_written_among_others_or_of_nothing(small_csv, tmp_path, capsys):
    for flags, status, told in (
        (["--shards", "701"], 2, "701 shards of 700 rows, expected no more than there are"),
        (["--shards", "2"], 0, ""),
        (["--shards", "3"], 2, "out has shards already, expected another directory"),
    ):
        assert convert.main([str(small_csv), str(tmp_path / "out"), *flags]) == status
        assert told in capsys.readouterr().err
    with pytest.raises(SystemExit):
        convert.main([str(small_csv), str(tmp_path / "out.csv"), "--copies", "2"])
    assert "argument --copies: expected --shards N with it" in capsys.readouterr().err


def test_a_plain_idx_file_is_mapped_and_stays_as_it_is(tmp_path, few):
    path = write_idx(tmp_path / "train-images-idx3-ubyte", few)
    before = path.read_bytes()
    found = read(path, transposed=True)
    assert np.array_equal(found.images, turned(few.images)) and path.read_bytes() == before
    bottom = found.images
    while isinstance(bottom.base, np.ndarray):
        bottom = bottom.base
    assert isinstance(bottom, np.memmap)
