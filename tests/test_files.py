"""What is written is whole or not there; what is no regular file stays what it is."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import ROOT
from formats import equal

from digits.commands import convert
from digits.files import replacing
from digits.formats import read
from digits.formats import write_csv as write_digits

unix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
CONVERT = [sys.executable, ROOT / "scripts" / "convert.py"]


def write(path: Path, content: bytes = b"new") -> None:
    with replacing(path) as file:
        file.write(content)


@unix
def test_a_device_is_written_to_and_stays_one(tmp_path):
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        device.open("wb").close()
    except OSError:
        pytest.skip("only root makes devices")
    write(device)
    assert device.is_char_device() and list(tmp_path.iterdir()) == [device]


@unix
def test_a_pipe_is_written_to_and_read_from(tmp_path, few, capsys):
    pipe, copy = tmp_path / "pipe", tmp_path / "copy.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_digits, args=(pipe, few))
    writer.start()
    assert convert.main([str(pipe), str(copy)]) == 0
    writer.join()
    assert pipe.is_fifo() and equal(read(copy), few)
    assert capsys.readouterr().err == f"waiting for {pipe}, a pipe\n"


@unix
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_standard_input_and_output_have_names(tmp_path, few, ending):
    source = tmp_path / f"digits.{ending}"
    write_digits(source, few)
    told = subprocess.run(
        [*CONVERT, "/dev/stdin", "/dev/stdout"], input=source.read_bytes(), capture_output=True
    )
    (tmp_path / "copy").write_bytes(told.stdout)
    assert equal(read(tmp_path / "copy"), few)
    assert told.stderr == b"40 rows written to /dev/stdout\n"
    with (tmp_path / "out").open("wb") as out:  # which is a file, but not to be replaced
        subprocess.run([*CONVERT, source, "/dev/stdout"], stdout=out, check=True)
    assert (tmp_path / "out").read_bytes() == told.stdout


def test_a_read_only_file_stays_as_it_is(tmp_path, small_csv, capsys):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    path.chmod(0o444)
    assert convert.main([str(small_csv), str(path)]) == 1
    assert "a.csv: the file is read-only, expected one to write to" in capsys.readouterr().err
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@unix
def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "private"
    path.touch(0o600)
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


KILLED = """
import os, sys
from pathlib import Path
from digits.files import replacing

with replacing(Path(sys.argv[1])) as file:
    file.write(b"half")
    print("writing", flush=True)
    os.read(0, 1)
"""


def test_what_a_killed_writer_left_is_removed_by_the_next_and_what_a_living_one_writes_is_not(
    tmp_path,
):
    path = tmp_path / "a[1].npz"
    writers = [
        subprocess.Popen([sys.executable, "-c", KILLED, path], cwd=ROOT,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout.readline() == b"writing\n"
    assert len(list(tmp_path.iterdir())) == 2
    killed, living = writers
    killed.kill()
    killed.communicate()
    write(path)
    assert path.read_bytes() == b"new" and len(list(tmp_path.iterdir())) == 2
    living.communicate(b"\n")
    assert living.returncode == 0
    assert path.read_bytes() == b"half" and list(tmp_path.iterdir()) == [path]


def test_a_directory_that_is_removed_meanwhile_is_told_by_the_name_of_the_file(tmp_path):
    path = tmp_path / "there" / "a.csv"
    path.parent.mkdir()
    with pytest.raises(FileNotFoundError) as error, replacing(path):
        for file in path.parent.iterdir():
            file.unlink()
        path.parent.rmdir()
    assert error.value.filename == str(path)


@unix
def test_a_disk_that_is_full_leaves_the_old_file(tmp_path, few):
    """For which a limit on the size of files stands in."""
    source, path = tmp_path / "few.csv", tmp_path / "a.csv"
    write_digits(source, few)
    path.write_bytes(b"old")
    limited = ["sh", "-c", 'ulimit -f 8 && exec "$@"', "sh", *CONVERT, source, path]
    told = subprocess.run(limited, capture_output=True)
    assert (told.returncode, told.stderr) == (1, f"convert.py: {path}: File too large\n".encode())
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 2
