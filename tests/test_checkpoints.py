import contextlib
import io
import json
import os
import zipfile

import numpy as np
import pytest

from digits.errors import InputError
from digits.files import replacing
from digits.reader import checkpoints
from digits.reader.checkpoints import Array, Kind
from digits.reader.rules import WHOLE, choice

THING = Kind("thing", {"n": WHOLE}, lambda header: {"x": Array((header["n"],), np.float64)})


def write(path, n=3, x=None):
    checkpoints.write(path, THING, {"n": n}, {"x": np.arange(float(n)) if x is None else x})
    return path


def test_what_is_written_is_read(tmp_path):
    kind = Kind(
        "thing",
        {"epoch": WHOLE, "name": choice(["ö"])},
        lambda header: {"theta": Array((None,)), "step": Array((), np.int64, needed=False)},
    )
    path = tmp_path / "a.npz"
    arrays = {"theta": np.arange(5, dtype=np.float32), "step": np.array(7)}
    checkpoints.write(path, kind, {"epoch": 3, "name": "ö"}, arrays)
    header, read = checkpoints.read(path, kind)
    assert header == {"epoch": 3, "name": "ö"} == checkpoints.read_header(path, kind)
    assert read["theta"].tobytes() == arrays["theta"].tobytes() and read["step"] == 7
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_content_is_the_same_file(tmp_path):
    assert write(tmp_path / "a").read_bytes() == write(tmp_path / "b").read_bytes()


def test_a_file_is_what_numpy_reads_too(tmp_path):
    with np.load(write(tmp_path / "a.npz")) as arrays:
        assert arrays["x"].tolist() == [0, 1, 2] and "thing" in str(arrays["header"])


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = write(tmp_path / "a.npz")
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(path, n=4)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a thing file, expected a model file"):
        checkpoints.read(write(tmp_path / "a"), THING._replace(name="model"))


def test_every_cut_of_a_file_is_refused(tmp_path):
    path = write(tmp_path / "a.npz", 100)
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"damaged|lost its checksum"):
            checkpoints.read(path, THING)


def test_no_flipped_bit_goes_unnoticed(tmp_path):
    path = write(tmp_path / "a.npz", 20)
    whole = path.read_bytes()
    for i in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[i] ^= 1 << i % 8
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"damaged|lost its checksum"):
            checkpoints.read(path, THING)


def resaved(path, told=None, comment=b""):
    """A file as somebody else's program might make one, without a checksum."""
    file = io.BytesIO()
    told = told or {"kind": "thing", "format": checkpoints.FORMAT, "n": 3}
    np.savez(file, header=np.array(json.dumps(told)), x=np.arange(3.0))
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = comment
    path.write_bytes(file.getvalue())
    return path


@pytest.mark.parametrize("form", [None, 1, 2])
def test_a_file_of_an_earlier_version_is_to_be_made_anew(tmp_path, form):
    told = {"kind": "thing", "n": 3} | ({} if form is None else {"format": form})
    path = resaved(tmp_path / "a.npz", told)
    with pytest.raises(InputError, match=r"was written by version 1, .* anew by `digits train`"):
        checkpoints.read(path, THING)


def test_a_file_without_its_checksum_is_refused(tmp_path):
    with pytest.raises(InputError, match="has lost its checksum, expected a thing file as it was"):
        checkpoints.read(resaved(tmp_path / "a.npz"), THING)


@pytest.mark.parametrize(
    ("header", "members", "told"),
    [
        ({"format": 4}, {}, "has format 4, which this version does not know, expected 3"),
        ({"format": "new"}, {}, "has format 'new', which this version does not know"),
        ({"kind": 5}, {}, "is a 5 file, expected a thing file"),
        ({"n": -1}, {}, "n is -1, expected a whole number from 0 on"),
        ({"n": "9" * 999}, {}, f"n is '{'9' * 59}..., expected a whole number from 0 on"),
        ({}, {"y": np.zeros(9)}, "has an array 'y', expected x"),
        ({}, {"x": np.zeros(4)}, r"x is (4,) float64, expected (3,) float64"),
        ({}, {"x": np.zeros(3, np.float32)}, r"x is (3,) float32, expected (3,) float64"),
        ({}, {"x": np.array([1, np.nan, 2])}, "x holds values that are not finite numbers"),
        ({}, {"x": np.array([1, 1e30, 2])}, "x holds values beyond 1e+09, expected none"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, header, members, told):
    path = tmp_path / "a.npz"
    checkpoints.write(path, THING, {"n": 3, **header}, {"x": np.arange(3.0), **members})
    with pytest.raises(InputError) as error:
        checkpoints.read(path, THING)
    assert str(error.value).startswith(str(path)) and told in str(error.value)


def test_a_field_more_or_less_is_named(tmp_path):
    for header, told in (({}, "lacks n, expected a whole"), ({"n": 3, "m": 4}, "has 'm', expec")):
        checkpoints.write(tmp_path / "a.npz", THING, header, {"x": np.zeros(3)})
        with pytest.raises(InputError, match=f"a.npz: the header {told}"):
            checkpoints.read(tmp_path / "a.npz", THING)


@pytest.mark.parametrize("name", ["x.npy", "y.npy", "header.npy"])
def test_members_that_are_no_arrays_or_there_twice_are_refused(tmp_path, name):
    path = write(tmp_path / "a.npz")
    with (
        zipfile.ZipFile(path, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate")
        if (name in archive.namelist())
        else contextlib.nullcontext(),
    ):
        archive.writestr(name, b"words")
    with pytest.raises(InputError, match=r"damaged|has an array 'y'"):
        checkpoints.read(path, THING)


class Pickled:
    """An object array would run code of the file's author when unpickled."""

    def __reduce__(self):
        raise AssertionError("unpickled")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04N.", b"PK\x03\x04junk"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged or not made by this program"):
        checkpoints.read(path, THING)


def test_pickles_and_foreign_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", header=np.array([{"kind": "thing"}], dtype=object))
    np.savez(tmp_path / "b.npz", weights=np.ones(3))
    np.save(tmp_path / "c.npy", np.ones(3))
    for name in ("a.npz", "b.npz", "c.npy"):
        with pytest.raises(InputError, match="damaged or not made by this program"):
            checkpoints.read(tmp_path / name, THING)


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path):
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "link", tmp_path / "there" / "file"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
