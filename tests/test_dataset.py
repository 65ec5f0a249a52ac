import gzip
from pathlib import Path

import numpy as np
import pytest

from digits.dataset import Digits, split
from digits.errors import InputError
from digits.formats.columns import PIXEL_NAMES
from digits.formats.csv_reader import read_csv

HEADER = ["label", *PIXEL_NAMES[0]]


def write(path: Path, rows: list[list], header: list[str] | None = HEADER) -> Path:
    lines = ([header] if header else []) + rows
    path.write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    return path


@pytest.fixture
def rows(digits) -> list[list]:
    return [[label, *image] for label, image in zip(digits.labels, digits.images, strict=True)][:9]


def equal(found: Digits, expected: Digits) -> bool:
    return found.images.tobytes() == expected.images.tobytes() and np.array_equal(
        found.labels, expected.labels
    )


def test_the_bundled_file_is_mnist_with_the_official_split(all_digits):
    assert all_digits.images.shape == (70_000, 784) and all_digits.images.dtype == np.uint8
    assert all_digits.labels.dtype == np.int64
    train, test = split(all_digits)
    # counts of the digits 0 to 9 in the official files
    assert np.bincount(train.labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert np.bincount(test.labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


def test_columns_are_found_by_name_in_any_order(tmp_path, rows, digits, rng):
    order = rng.permutation(785)
    shuffled = [[row[i] for i in order] for row in rows]
    path = write(tmp_path / "a.csv", shuffled, [HEADER[i] for i in order])
    assert equal(read_csv(path), Digits(digits.images[:9], digits.labels[:9]))


def test_columns_named_by_row_and_column_are_read(tmp_path, rows, digits):
    path = write(tmp_path / "a.csv", rows, ["label", *PIXEL_NAMES[1]])
    assert equal(read_csv(path), Digits(digits.images[:9], digits.labels[:9]))


def test_without_a_header_the_label_comes_first(tmp_path, rows, digits):
    path = write(tmp_path / "a.csv", rows, None)
    assert equal(read_csv(path), Digits(digits.images[:9], digits.labels[:9]))


@pytest.mark.parametrize("header", [None, HEADER[1:]])
def test_784_columns_are_pixels_without_labels(tmp_path, rows, digits, header):
    found = read_csv(write(tmp_path / "a.csv", [row[1:] for row in rows], header))
    assert found.labels is None
    assert found.images.tobytes() == digits.images[:9].tobytes()


def test_gzip_is_told_by_content_and_ends_of_lines_do_not_matter(tmp_path, rows, digits):
    text = write(tmp_path / "a.csv", rows).read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "b.csv").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text + b"\r\n"))
    assert equal(read_csv(tmp_path / "b.csv"), Digits(digits.images[:9], digits.labels[:9]))


def test_whole_numbers_written_with_a_point_are_whole_numbers(tmp_path, rows, digits):
    path = write(tmp_path / "a.csv", [[f"{value}.0" for value in row] for row in rows])
    assert equal(read_csv(path), Digits(digits.images[:9], digits.labels[:9]))


def test_blank_lines_before_the_first_row_do_not_matter(tmp_path, rows, digits):
    for header in (HEADER, None):
        path = write(tmp_path / "a.csv", rows, header)
        path.write_bytes(b"\n\r\n" + path.read_bytes())
        assert equal(read_csv(path), Digits(digits.images[:9], digits.labels[:9]))


def test_blocks_of_a_file_fit_together(small_csv, digits):
    assert equal(read_csv(small_csv, block_bytes=10_000), digits)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (5, "abc", "row 3 (line 4): pixel4 is 'abc', expected a whole number from 0 to 255"),
        (5, "NaN", "row 3 (line 4): pixel4 is 'NaN', expected a whole number from 0 to 255"),
        (5, "", "row 3 (line 4): pixel4 is empty, expected a whole number from 0 to 255"),
        (784, "0.5", "row 3 (line 4): pixel783 is '0.5', expected a whole number from 0 to 255"),
        (5, "256", "row 3 (line 4): pixel4 is '256', expected a whole number from 0 to 255"),
        (5, "-1", "row 3 (line 4): pixel4 is '-1', expected a whole number from 0 to 255"),
        (5, "inf", "row 3 (line 4): pixel4 is 'inf', expected a whole number from 0 to 255"),
        (5, "9" * 200_000, "row 3 (line 4): pixel4 is '99999999999999999999', expected"),
        (5, "1_0", "row 3 (line 4): pixel4 is '1_0', expected a whole number from 0 to 255"),
        (0, "10", "row 3 (line 4): label is '10', expected a whole number from 0 to 9"),
        (0, "seven", "row 3 (line 4): label is 'seven', expected a whole number from 0 to 9"),
        (5, "1,2", "row 3 (line 4) has 786 columns, expected 785"),
    ],
)
def test_a_bad_value_is_told_with_file_row_and_column(tmp_path, rows, column, value, told):
    rows[2][column] = value
    path = write(tmp_path / "a.csv", rows)
    with pytest.raises(InputError) as error:
        read_csv(path)
    assert str(error.value).startswith(f"{path}, {told}")


def test_a_bad_row_is_found_in_a_later_block_and_without_a_header(tmp_path, rows):
    del rows[7][100]
    path = write(tmp_path / "a.csv", rows, None)
    with pytest.raises(InputError, match=r"row 8 \(line 8\) has 784 columns, expected 785"):
        read_csv(path, block_bytes=5000)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (",".join(HEADER).encode(), "has a header but no rows"),
        (b"x" * 200_000, "line 1 has 1 column, expected 785"),
        (b"1,2\r3,4\r5,6\r", "expected 785"),
        (b"a,b,c\n1,2,3\n", "line 1 has 3 columns, expected 785"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "line 1 has 1 column, expected 785"),
        (",".join([*HEADER[:-1], "colour"]).encode() + b"\n", "has a column 'colour'"),
        (",".join([*HEADER[:-1], "pixel0"]).encode() + b"\n", "has pixels missing or twice"),
        (gzip.compress(b"0," * 5000, mtime=0)[:-9], "the gzip file is damaged or cut off"),
        (gzip.compress(b"", mtime=0)[:5], "the gzip file is damaged or cut off"),
    ],
)
def test_what_is_no_digits_csv_is_refused_in_one_sentence(tmp_path, content, told):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as error:
        read_csv(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_the_last_seventh_of_the_rows_is_the_test_set(digits):
    train, test = split(digits)
    assert (len(train.images), len(test.labels)) == (600, 100)
    train, test = split(digits, train_rows=650)
    assert (len(train.images), len(test.labels)) == (650, 50)
    assert test.images.tobytes() == digits.images[650:].tobytes()


@pytest.mark.parametrize("train_rows", [0, 700, 1000])
def test_a_split_without_test_or_training_rows_is_refused(digits, train_rows):
    with pytest.raises(InputError, match="of 700 rows"):
        split(digits, train_rows)


def test_fewer_than_seven_rows_leave_no_test_rows(digits):
    with pytest.raises(InputError, match="leave 0 test rows"):
        split(Digits(digits.images[:6], digits.labels[:6]))


def test_a_label_that_seems_to_be_last_is_not_taken_for_a_pixel(tmp_path, digits):
    columns = np.column_stack([digits.images, digits.labels])[:50]
    np.savetxt(tmp_path / "a.csv", columns, "%d", ",")
    with pytest.raises(InputError, match="seems to have the label last, expected it first"):
        read_csv(tmp_path / "a.csv")
