"""What holds of whatever Hypothesis thinks of: what was written is read, damage is noticed."""

from contextlib import suppress

import numpy as np
import pytest
from formats import equal, write_idx, write_npz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digits.dataset import Digits
from digits.errors import InputError
from digits.formats import read, write_csv
from digits.pictures import read_picture
from digits.places import PRETRAINED
from digits.reader import DigitClassifier, load
from digits.reader.classifier import new_network
from variations import BORDER, SCALES, any_colours, apart, bordered, page_of, scaled

# The same examples each time; how long one takes is not what is tested.
steady = settings(
    derandomize=True, database=None, deadline=None, max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


level = st.integers(0, 255)
generators = st.integers(0, 2**32).map(np.random.default_rng)


@st.composite
def some_digits(draw: st.DrawFn, least: int = 1) -> Digits:
    """Any digits that there may be, most of which nobody would call so."""
    count, rng = draw(st.integers(least, 6)), draw(generators)
    lowest, highest = sorted(draw(st.tuples(level, level)))
    images = rng.integers(lowest, highest, (count, 784), np.uint8, endpoint=True)
    return Digits(images, rng.integers(0, 10, count))


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
@given(rng=generators, size=st.floats(0, 1e6), preset=st.sampled_from(["default", "best", "blog"]))
def test_a_model_is_read_as_it_was_written(tmp_path, rng, size, preset):
    network = new_network(rng)
    network.theta[:] = rng.normal(0, size, network.theta.size)
    about = {"preset": preset, "seed": int(rng.integers(2**62))}
    DigitClassifier(network, "canonical", about=about).save(tmp_path / "model.npz")
    found = load(tmp_path / "model.npz")
    assert np.array_equal(found.network.theta, network.theta) and found.about == about


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


# Mean difference of levels, of 255; docs/reliability.md has how far apart they were found to be.
BORDERED, SCALED, COLOURED, NEGATIVE = 20, 20, 15, 1
digit = st.integers(0, 699)


@steady
@given(digit=digit, sides=st.tuples(*[st.integers(0, BORDER)] * 4))
def test_more_paper_around_it_hardly_changes_a_digit(digits, digit, sides):
    page = page_of(digits.images[digit])
    assert apart(read_picture(bordered(page, sides)), read_picture(page)) < BORDERED


@steady
@given(digit=digit, scale=st.floats(*SCALES))
def test_its_size_hardly_changes_a_digit(digits, digit, scale):
    page = page_of(digits.images[digit])
    assert apart(read_picture(scaled(page, scale)), read_picture(page)) < SCALED


@steady
@given(digit=digit, rng=generators)
def test_its_colours_hardly_change_a_digit(digits, digit, rng):
    page = page_of(digits.images[digit])
    assert apart(read_picture(any_colours(page, rng)), read_picture(page)) < COLOURED


@steady
@given(digit=digit)
def test_a_negative_is_the_same_digit(digits, digit):
    page = page_of(digits.images[digit])
    assert apart(read_picture(255 - page), read_picture(page)) < NEGATIVE
