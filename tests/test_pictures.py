import io

import numpy as np
import pytest
from PIL import Image

from digits.errors import InputError
from digits.pictures import decode, read_picture

AT = np.arange(28.0)


def save(path, array, mode=None, **options):
    picture = Image.fromarray(array)
    (picture.convert(mode) if mode else picture).save(path, **options)
    return path


def drawing() -> np.ndarray:
    """A 7 of thick black strokes, off-centre on a white page."""
    page = np.full((200, 300), 255, np.uint8)
    page[20:32, 200:260] = 0
    for row in range(20, 110):
        column = 254 - (row - 20) // 3
        page[row, column - 8 : column + 4] = 0
    return page


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    ink = image.reshape(28, 28) / image.sum(dtype=float)
    return float(ink.sum(axis=1) @ AT), float(ink.sum(axis=0) @ AT)


def extent(image: np.ndarray) -> tuple[int, int]:
    rows, columns = np.nonzero(image.reshape(28, 28))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def test_a_picture_becomes_an_mnist_like_image(tmp_path):
    image = read_picture(save(tmp_path / "a.png", drawing()))
    assert image.shape == (784,) and image.dtype == np.uint8 and image.max() == 255
    assert max(extent(image)) == 20
    assert centre_of_mass(image) == pytest.approx((14, 14), abs=0.5)


def test_real_digits_have_the_same_centre_of_mass_and_extent(digits):
    centres = np.array([centre_of_mass(image) for image in digits.images])
    assert (np.abs(centres - 14) <= 0.5).all()
    assert all(max(extent(image)) == 20 for image in digits.images)


def test_a_28_pixel_digit_is_read_as_its_raw_row(tmp_path, digits):
    """But for hairlines, which are thickened."""
    images = digits.images[:100].astype(float)
    read = np.array(
        [
            read_picture(save(tmp_path / "a.png", image.reshape(28, 28)))
            for image in digits.images[:100]
        ]
    )
    differences = np.abs(read - images).mean(axis=1)
    assert differences.mean() < 2 and np.median(differences) < 0.5


def variants():
    black = drawing()
    colour = np.stack([black, black, np.full_like(black, 255)], axis=-1)  # blue ink
    alpha = 255 - black
    transparent = np.dstack([np.zeros((*black.shape, 3), np.uint8), alpha])
    return {
        "white on black": (255 - black, None),
        "grey paper": ((black // 2 + 90).astype(np.uint8), None),
        "blue ink": (colour, None),
        "ink on a transparent canvas": (transparent, None),
        "palette": (black, "P"),
        "one bit": (black, "1"),
    }


@pytest.mark.parametrize("name", variants())
def test_ink_and_paper_may_be_of_any_colour(tmp_path, name):
    expected = read_picture(save(tmp_path / "a.png", drawing())).astype(float)
    array, mode = variants()[name]
    found = read_picture(save(tmp_path / "b.png", array, mode))
    assert np.abs(found - expected).mean() < 4


def test_the_file_format_is_told_by_content(tmp_path):
    expected = read_picture(save(tmp_path / "a.png", drawing())).astype(float)
    path = save(tmp_path / "photo.png", drawing(), format="JPEG", quality=90)
    assert np.abs(read_picture(path) - expected).mean() < 2


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_is_read_as_it_is_to_be_looked_at(tmp_path, orientation):
    expected = read_picture(save(tmp_path / "a.png", drawing())).astype(float)
    turns = {1: 0, 3: 2, 6: 1, 8: 3}[orientation]  # quarter turns that the viewer undoes
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "b.jpg", np.rot90(drawing(), turns).copy(), exif=exif, quality=95)
    assert np.abs(read_picture(path) - expected).mean() < 2


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("factor", [257, 16])
def test_more_than_eight_bits_are_read_whatever_their_range(tmp_path, name, factor):
    expected = read_picture(save(tmp_path / "b.png", drawing())).astype(float)
    deep = drawing().astype(np.uint16) * factor
    assert np.abs(read_picture(save(tmp_path / name, deep)) - expected).mean() < 1


def test_floating_point_pictures_are_read(tmp_path):
    expected = read_picture(save(tmp_path / "b.png", drawing())).astype(float)
    path = save(tmp_path / "a.tif", (drawing() / 255).astype(np.float32))
    assert np.abs(read_picture(path) - expected).mean() < 1


def test_a_picture_of_too_many_pixels_is_refused_by_name_of_the_limit(tmp_path, monkeypatch):
    for side in (8_000, 20_000):  # beyond our limit, and beyond Pillow's own
        Image.new("1", (side, side), 1).save(tmp_path / "a.png")
        with pytest.raises(InputError, match="too many pixels, expected at most 50,000,000"):
            read_picture(tmp_path / "a.png")


def test_a_stream_is_read_like_a_file(tmp_path):
    path = save(tmp_path / "a.png", drawing())
    stream = io.BytesIO(path.read_bytes())
    assert read_picture(stream).tobytes() == read_picture(path).tobytes()
    assert read_picture(str(path)).tobytes() == read_picture(path).tobytes()


def test_a_picture_may_be_a_path_bytes_pillow_s_or_an_array(tmp_path):
    path = save(tmp_path / "a.png", drawing())
    expected = read_picture(path).tobytes()
    colours = np.repeat(drawing()[:, :, None], 3, axis=2)
    opaque = np.dstack([colours, np.full(drawing().shape, 255, np.uint8)])
    with Image.open(path) as opened:
        for source in (
            path, path.read_bytes(), bytearray(path.read_bytes()), memoryview(path.read_bytes()),
            opened, Image.fromarray(drawing()),
            drawing(), drawing().astype(int), drawing() / 255, drawing() > 127,
            colours, colours / 255, colours > 127, colours.astype(int), colours * np.uint16(257),
            opaque,
        ):  # fmt: skip
            assert read_picture(source).tobytes() == expected


def test_a_picture_of_somebody_s_own_is_left_as_it_was():
    picture = Image.fromarray(drawing())
    read_picture(picture)
    assert picture.info == {} and np.array_equal(np.asarray(picture), drawing())


@pytest.mark.parametrize("array", [np.zeros((2, 3, 5)), np.zeros(784), np.zeros((0, 9)),
                                   np.array([["a"]])])  # fmt: skip
def test_an_array_that_is_no_picture_is_refused(array):
    with pytest.raises(
        InputError, match=r"the array is \(.*, expected numbers of shape \(height, w"
    ):
        read_picture(array)


@pytest.mark.parametrize("source", [Image.new("L", (0, 5)), "a\0b"])
def test_what_has_no_pixels_or_no_name_is_refused(source):
    with pytest.raises(InputError, match=r"has no pixels, expected|is no file's name, expected"):
        read_picture(source)


@pytest.mark.parametrize("source", [None, 5, [[0, 255]]])
def test_what_is_no_source_of_a_picture_is_refused(source):
    with pytest.raises(InputError, match=r"a picture cannot be a .*, expected a path, byt"):
        read_picture(source)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_picture_without_ink_is_blank(tmp_path, shade):
    path = save(tmp_path / "a.png", np.full((50, 40), shade, np.uint8))
    assert not read_picture(path).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 20_000), (500, 1), (3, 2)])
def test_the_smallest_pictures_are_read_or_blank(tmp_path, shape, rng):
    image = read_picture(save(tmp_path / "a.png", rng.integers(0, 256, shape, np.uint8)))
    assert image.shape == (784,)


def test_the_first_frame_of_an_animation_is_read(tmp_path):
    expected = read_picture(save(tmp_path / "a.png", drawing())).astype(float)
    first, second = Image.fromarray(drawing()), Image.new("L", (300, 200), 255)
    first.save(tmp_path / "a.gif", save_all=True, append_images=[second])
    assert np.abs(read_picture(tmp_path / "a.gif") - expected).mean() < 1


def test_boxes_are_told_in_pixels_of_the_file(tmp_path):
    large = Image.fromarray(drawing()).resize((3000, 2000))
    large.save(tmp_path / "a.png")
    picture = decode(tmp_path / "a.png")
    assert max(picture.colours.shape) <= 800
    assert picture.scale == pytest.approx(3000 / picture.colours.shape[1])


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_what_is_no_picture_is_refused_in_one_sentence(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.png is not a whole picture"):
        read_picture(tmp_path / "a.png")


def test_a_picture_that_is_cut_off_is_refused(tmp_path, rng):
    path = save(tmp_path / "a.png", rng.integers(0, 256, (60, 60), np.uint8))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match="not a whole picture"):
        read_picture(path)
