import gzip
from pathlib import Path

import numpy as np
import pytest
from formats import (
    OPENML,
    equal,
    idx,
    turned,
    write_csv,
    write_folder,
    write_idx,
    write_npz,
)  # fmt: skip
from PIL import Image

from digits import dataset
from digits.dataset import Digits
from digits.errors import InputError
from digits.formats import read, read_labelled
from digits.formats.columns import PIXEL_NAMES
from digits.formats.csv_reader import read_csv
from digits.pictures import read_picture


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read(path)
    assert str(path.parent) in str(error.value) and "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", None),
        ("train-images-idx3-ubyte.gz", None),
        ("t10k-images.idx3-ubyte", None),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"),
        ("train-images.idx3-ubyte", "train-labels-idx1-ubyte"),
    ],
)
def test_idx_images_find_their_labels_beside_them(tmp_path, few, images, labels):
    assert equal(read(write_idx(tmp_path / images, few, labels)), few)


def test_idx_labels_of_the_same_spelling_are_taken_first(tmp_path, few):
    path = write_idx(tmp_path / "train-images-idx3-ubyte.gz", few)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(b"of another download")
    assert equal(read(path), few)


def image_file(sizes: tuple[int, ...] = (2, 28, 28), pixels: int = 2 * 784) -> bytes:
    return idx(2051, list(sizes), np.zeros(pixels))


@pytest.mark.parametrize(
    ("images", "labels", "told"),
    [
        (b"", b"", "images-idx3-ubyte has magic number 0, expected an IDX file of images"),
        (b"\x89PNG", b"", "has magic number 2303741511, expected an IDX file of images"),
        (idx(2049, [20], np.zeros(20)), b"", "has labels, magic number 2049, expected an IDX file"),
        (image_file()[:11], b"", "images-idx3-ubyte ends within its header, expected"),
        (image_file()[:-1], b"", "is cut off after 1 of its 2 images, expected a whole file"),
        (image_file() + b"\0", b"", "goes on after its 2 images, expected it to end there"),
        (image_file((2, 32, 32), 2048), b"", "has images of 32 x 32 pixels, expected 28 x 28"),
        (image_file((2**32 - 1, 28, 28)), b"", "is cut off after 2 of its 4,294,967,295 images"),
        (image_file((0, 28, 28), 0), idx(2049, [0], np.zeros(0)), "has no images, expected at"),
        (image_file(), None, "has no labels beside it, expected"),
        (image_file(), image_file(), "labels-idx1-ubyte has images, magic number 2051, expected"),
        (image_file(), idx(2049, [2], np.zeros(1)), "is cut off after 1 of its 2 labels"),
        (image_file(), idx(2049, [3], np.zeros(3)), "has 3 labels, expected 2, one for each image"),
        (image_file(), idx(2049, [2], np.array([9, 10])), "label 2 is 10, expected 0 to 9"),
    ],
)
def test_what_is_no_idx_pair_is_refused_in_one_sentence(tmp_path, images, labels, told):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(images)
    if labels is not None:
        path.with_name("train-labels-idx1-ubyte").write_bytes(labels)
    assert told in refusal(path)


def test_an_idx_file_cut_off_in_its_gzip_is_refused(tmp_path, few):
    path = write_idx(tmp_path / "train-images-idx3-ubyte.gz", few)
    path.write_bytes(path.read_bytes()[:-100])
    assert "the gzip file is damaged or cut off" in refusal(path)


def test_idx_images_of_another_name_do_not_guess_their_labels(tmp_path, few):
    path = write_idx(tmp_path / "digits.bin", few, "labels.bin")
    assert "expected a name like train-images-idx3-ubyte" in refusal(path)


def test_an_npz_gives_its_training_rows_and_then_its_test_rows(tmp_path, few):
    assert equal(read(write_npz(tmp_path / "mnist.npz", few)), few)
    flat = {"x_train": few.images[:30], "y_train": few.labels[:30]}
    assert equal(read(write_npz(tmp_path / "flat.npz", few, **flat)), few)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"x_test": None}, "is a zip file without x_test, expected mnist.npz as Keras ships it"),
        ({"y_train": np.zeros(9, int)}, "y_train has 9 labels, expected 30, one for each image of"),
        ({"y_test": np.full(10, 12)}, "y_test, label 1 is 12, expected 0 to 9"),
        ({"y_test": np.full(10, -1)}, "y_test, label 1 is -1, expected 0 to 9"),
        ({"y_test": np.zeros(10)}, "y_test is float64 of shape (10,), expected whole numbers"),
        ({"x_train": np.zeros((30, 28, 28))}, "x_train is float64 of shape (30, 28, 28), expected"),
        ({"x_test": np.zeros((10, 32, 32), np.uint8)}, "x_test is uint8 of shape (10, 32, 32)"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8)}, "x_test has no images"),
        ({"y_test": np.array([None] * 10)}, "is damaged or has objects for arrays"),
    ],
)
def test_what_is_no_mnist_npz_is_refused_in_one_sentence(tmp_path, few, changed, told):
    assert told in refusal(write_npz(tmp_path / "mnist.npz", few, **changed))


def test_a_damaged_npz_is_refused(tmp_path, few):
    path = write_npz(tmp_path / "mnist.npz", few)
    path.write_bytes(path.read_bytes()[:2000])
    assert "is damaged" in refusal(path)


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("header", [OPENML, [*OPENML[:-1], "label"], [*PIXEL_NAMES[0], "label"]])
def test_a_csv_may_have_its_label_last_and_be_quoted(tmp_path, few, header, quote):
    columns = np.column_stack([few.images, few.labels])
    assert equal(read(write_csv(tmp_path / "a.csv", columns, header, quote)), few)


def test_a_wrong_label_is_told_by_the_name_its_column_has(tmp_path, few):
    columns = np.column_stack([few.images, few.labels + 20])
    told = refusal(write_csv(tmp_path / "a.csv", columns, OPENML))
    assert "row 1 (line 2): class is '25', expected a whole number from 0 to 9" in told


def test_a_folder_of_mnist_pictures_is_read_pixel_by_pixel(tmp_path, digits):
    folder = write_folder(tmp_path / "digits", digits)
    (folder / ".DS_Store").write_text("")
    (folder / "3" / ".DS_Store").write_text("")
    (folder / "README.txt").write_text("")
    found = read(folder)
    for label in range(10):
        expected = digits.images[digits.labels == label]
        assert np.array_equal(found.images[found.labels == label], expected)


def test_other_pictures_of_a_folder_are_read_as_each_picture_is(tmp_path, few):
    folder, files = tmp_path / "digits" / "3", []
    folder.mkdir(parents=True)
    square = few.images[0].reshape(28, 28)
    for name, image in (
        ("a.png", Image.fromarray(255 - square)),  # black on white
        ("b.png", Image.fromarray(square).resize((90, 90))),
        ("c.png", Image.fromarray(square).convert("RGB")),
    ):
        image.save(folder / name)
        files.append(folder / name)
    found = read(tmp_path / "digits")
    assert np.array_equal(found.images, [read_picture(file) for file in files])
    assert found.labels.tolist() == [3, 3, 3]


def test_every_digit_of_a_folder_is_among_its_last_rows(tmp_path, digits):
    numbers = np.repeat(np.arange(10), 7)
    images = digits.images[[np.flatnonzero(digits.labels == n)[0] for n in numbers]]
    _, test = dataset.split(read(write_folder(tmp_path / "digits", Digits(images, numbers))))
    assert sorted(test.labels) == [*range(10)]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "digits has no pictures, expected them in sub-folders 0 to 9"),
        (["3/"], "digits has no pictures, expected them in sub-folders 0 to 9"),
        (["seven.png"], "digits has no pictures, expected them in sub-folders 0 to 9"),
        (["3/", "10/"], "digits has a sub-folder '10', expected only 0 to 9"),
        (["training/"], "digits has a sub-folder 'training', expected only 0 to 9"),
        (["3/a.txt"], "a.txt is not a whole picture, expected a PNG, JPEG or the like"),
    ],
)
def test_what_is_no_folder_of_digits_is_refused_in_one_sentence(tmp_path, names, told):
    folder = tmp_path / "digits"
    folder.mkdir()
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        if name.endswith("/"):
            (folder / name).mkdir()
        else:
            (folder / name).write_text("words")
    assert told in refusal(folder)


def test_files_named_emnist_are_turned_upright(tmp_path, few):
    emnist = Digits(turned(few.images), few.labels)
    pair = write_idx(tmp_path / "emnist-digits-train-images-idx3-ubyte.gz", emnist)
    columns = np.column_stack([emnist.labels, emnist.images])
    plain = write_csv(tmp_path / "EMNIST-digits-train.csv", columns, None)
    for path in (pair, plain):
        assert equal(read(path), few)
        assert equal(read(path, transposed=False), emnist)


def test_any_source_can_be_said_to_be_transposed(tmp_path, few):
    emnist = Digits(turned(few.images), few.labels)
    for path in (
        write_idx(tmp_path / "train-images-idx3-ubyte", emnist),
        write_npz(tmp_path / "mnist.npz", emnist),
        write_csv(tmp_path / "a.csv", np.column_stack([emnist.images, emnist.labels]), OPENML),
    ):
        assert equal(read(path), emnist)
        assert equal(read(path, transposed=True), few)
    folder = write_folder(tmp_path / "emnist", few)
    upright = read(folder)
    assert np.array_equal(read(folder, transposed=True).images, turned(upright.images))


def test_several_sources_are_joined_in_their_order(tmp_path, few):
    paths = [
        write_npz(tmp_path / "mnist.npz", few),
        write_idx(tmp_path / "train-images-idx3-ubyte", few),
    ]
    found = read_labelled(paths, None, "to learn from")
    assert np.array_equal(found.images, np.tile(few.images, (2, 1)))
    assert np.array_equal(found.labels, np.tile(few.labels, 2))


@pytest.mark.parametrize("content", [b"", b"a,b\n", gzip.compress(b"0," * 5000, mtime=0)[:-9]])
def test_what_is_nothing_else_is_refused_as_a_csv(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_csv(path)
    assert refusal(path) == str(error.value)
