"""What holds of whatever Hypothesis thinks of: what was written is read, damage is noticed."""

from contextlib import suppress

import numpy as np
import pytest
from formats import equal, write_idx, write_npz
from PIL import Image

pytest.importorskip("hypothesis", reason="Hypothesis is not installed")

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from digits.dataset import Digits
from digits.errors import InputError
from digits.formats import read, write_csv
from digits.pictures import read_picture
from digits.places import PRETRAINED
from digits.reader import DigitClassifier, load
from digits.reader.classifier import new_network

# The same examples each time; how long one takes is not what is tested.
steady = settings(
    derandomize=True, database=None, deadline=None, max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@st.composite
def some_digits(draw: st.DrawFn, least: int = 1) -> Digits:
    """Any digits that there may be, most of which nobody would call so."""
    count = draw(st.integers(least, 6))
    images = draw(arrays.arrays(np.uint8, (count, 784), fill=st.sampled_from([0, 255])))
    labels = draw(arrays.arrays(np.int64, count, elements=st.integers(0, 9)))
    return Digits(images, labels)


@steady
@given(digits=some_digits(), ending=st.sampled_from(["csv", "csv.gz"]), rows=st.integers(1, 7))
def test_a_csv_is_read_as_it_was_written(tmp_path, digits, ending, rows):
    write_csv(path := tmp_path / f"a.{ending}", digits, rows_at_once=rows)
    assert equal(read(path), digits)
    write_csv(path, digits._replace(labels=None))
    found = read(path)
    assert found.labels is None and np.array_equal(found.images, digits.images)


@steady
@given(digits=some_digits(), ending=st.sampled_from(["", ".gz"]))
def test_idx_is_read_as_it_was_written(tmp_path, digits, ending):
    assert equal(read(write_idx(tmp_path / f"images-idx3-ubyte{ending}", digits)), digits)


@steady
@given(digits=some_digits(least=2), data=st.data())
def test_npz_is_read_as_it_was_written(tmp_path, digits, data):
    train = data.draw(st.integers(1, len(digits.images) - 1))
    assert equal(read(write_npz(tmp_path / "a.npz", digits, train)), digits)


@steady
@given(
    theta=arrays.arrays(
        np.float32,
        13_002,
        elements=st.floats(-1e6, 1e6, width=32),
        fill=st.sampled_from([0.0, 1.0]),
    ),
    preset=st.sampled_from(["default", "best", "blog"]),
    seed=st.integers(0, 2**62),
)
def test_a_model_is_read_as_it_was_written(tmp_path, theta, preset, seed):
    network = new_network(np.random.default_rng(0))
    network.theta[:] = theta
    about = {"preset": preset, "seed": seed}
    DigitClassifier(network, "canonical", None, about).save(tmp_path / "model.npz")
    found = load(tmp_path / "model.npz")
    assert found.network.theta.tobytes() == theta.tobytes() and found.about == about


@st.composite
def damage(draw: st.DrawFn, whole: bytes) -> bytes:
    """Some bits are others, or a part is missing, or there twice."""
    start, length = draw(st.integers(0, len(whole) - 1)), draw(st.integers(1, 64))
    part = whole[start : start + length]
    bits = draw(st.integers(1, 255))
    return draw(
        st.sampled_from(
            [
                whole[:start] + bytes([whole[start] ^ bits]) + whole[start + 1 :],
                whole[:start],
                whole[:start] + whole[start + length :],
                whole[: start + length] + part + whole[start + length :],
            ]
        )
    )


@steady
@given(data=st.data())
def test_no_damage_to_a_model_goes_unnoticed(tmp_path, data):
    whole = PRETRAINED.read_bytes()
    (path := tmp_path / "model.npz").write_bytes(damaged := data.draw(damage(whole)))
    if damaged != whole:
        with pytest.raises(InputError):
            load(path)


@steady
@given(data=st.data())
@pytest.mark.parametrize("name", ["a.csv.gz", "images-idx3-ubyte.gz", "a.npz"])
def test_damage_to_a_file_with_checksums_does_not_change_the_digits(tmp_path, few, name, data):
    path = tmp_path / name
    {"a.csv.gz": write_csv, "a.npz": write_npz}.get(name, write_idx)(path, few)
    path.write_bytes(data.draw(damage(path.read_bytes())))
    with suppress(InputError):
        assert equal(read(path), few)


def page_of(row: np.ndarray) -> np.ndarray:
    """A digit of 28 x 28 pixels as black ink of four times the size on white paper."""
    ink = Image.fromarray(row.reshape(28, 28)).resize((112, 112), Image.Resampling.BICUBIC)
    return 255 - np.pad(np.asarray(ink), 20)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of two images' levels, where one may be a pixel beside the other.

    The centre of the ink is rounded to whole pixels.
    """
    one, other = (image.reshape(28, 28).astype(float) for image in (one, other))
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return min(float(np.abs(np.roll(one, shift, (0, 1)) - other).mean()) for shift in shifts)


# Of 255 levels. Of 600 digits, the furthest apart were 11.7, 13.6, 5.0 and 0.01.
BORDER, SCALE, COLOURS, NEGATIVE = 20, 20, 10, 1
number = st.integers(0, 699)


@steady
@given(number=number, sides=st.tuples(*[st.integers(0, 150)] * 4))
def test_more_paper_around_it_hardly_changes_a_digit(digits, number, sides):
    page = page_of(digits.images[number])
    wider = np.pad(page, (sides[:2], sides[2:]), constant_values=255)
    assert apart(read_picture(wider), read_picture(page)) < BORDER


@steady
@given(number=number, scale=st.floats(0.5, 4))
def test_its_size_hardly_changes_a_digit(digits, number, scale):
    page = page_of(digits.images[number])
    side = round(scale * len(page))
    scaled = Image.fromarray(page).resize((side, side), Image.Resampling.BICUBIC)
    assert apart(read_picture(scaled), read_picture(page)) < SCALE


colour = st.tuples(*[st.integers(0, 255)] * 3).map(np.array)
LUMA = np.array([0.299, 0.587, 0.114])


@steady
@given(number=number, ink=colour, paper=colour)
def test_its_colours_hardly_change_a_digit(digits, number, ink, paper):
    assume(abs((ink - paper) @ LUMA) > 100)
    page = page_of(digits.images[number])
    share = (255 - page[:, :, None]) / 255
    coloured = np.rint(paper + (ink - paper) * share).astype(np.uint8)
    assert apart(read_picture(coloured), read_picture(page)) < COLOURS


@steady
@given(number=number)
def test_a_negative_is_the_same_digit(digits, number):
    page = page_of(digits.images[number])
    assert apart(read_picture(255 - page), read_picture(page)) < NEGATIVE
