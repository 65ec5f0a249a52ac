import os

import numpy as np
import pytest

from digits.errors import InputError
from digits.files import replacing
from digits.reader import checkpoints


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "a.npz"
    arrays = {"theta": np.arange(5, dtype=np.float32), "step": np.array(7)}
    checkpoints.write(path, "thing", {"epoch": 3, "name": "ö"}, arrays)
    header, read = checkpoints.read(path, "thing")
    assert header == {"epoch": 3, "name": "ö"}
    assert read["theta"].tobytes() == arrays["theta"].tobytes() and read["step"] == 7
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_content_is_the_same_file(tmp_path):
    for name in "ab":
        checkpoints.write(tmp_path / name, "thing", {"n": 1}, {"x": np.ones(3)})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    checkpoints.write(path, "thing", {}, {"x": np.zeros(3)})
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoints.write(path, "thing", {}, {"x": np.ones(3)})
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_another_kind_of_file_is_refused(tmp_path):
    checkpoints.write(tmp_path / "a", "thing", {}, {})
    with pytest.raises(InputError, match="is a thing file, expected a model file"):
        checkpoints.read(tmp_path / "a", "model")


def test_every_cut_of_a_file_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    checkpoints.write(path, "thing", {"n": 1}, {"x": np.arange(100.0)})
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="damaged"):
            checkpoints.read(path, "thing")


def test_a_flipped_byte_is_refused_or_harmless(tmp_path):
    path = tmp_path / "a.npz"
    x = np.arange(100.0)
    checkpoints.write(path, "thing", {"n": 1}, {"x": x})
    whole = bytearray(path.read_bytes())
    for i in range(0, len(whole), 5):
        damaged = whole.copy()
        damaged[i] ^= 0xFF
        path.write_bytes(damaged)
        try:
            header, arrays = checkpoints.read(path, "thing")
        except InputError:
            continue
        assert header == {"n": 1} and arrays.get("x", x).tobytes() == x.tobytes()


class Pickled:
    """An object array would run code of the file's author when unpickled."""

    def __reduce__(self):
        raise AssertionError("unpickled")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04N.", b"PK\x03\x04junk"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged or not made by this program"):
        checkpoints.read(path, "thing")


def test_pickles_and_foreign_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", header=np.array([{"kind": "thing"}], dtype=object))
    np.savez(tmp_path / "b.npz", weights=np.ones(3))
    np.save(tmp_path / "c.npy", np.ones(3))
    for name in ("a.npz", "b.npz", "c.npy"):
        with pytest.raises(InputError, match="damaged or not made by this program"):
            checkpoints.read(tmp_path / name, "thing")


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path):
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "link", tmp_path / "there" / "file"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
