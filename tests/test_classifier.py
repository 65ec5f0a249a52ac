import numpy as np
import pandas as pd
import pytest

from digits.dataset import PIXELS, Digits
from digits.errors import InputError
from digits.network import Network
from digits.network.layers import Dense
from digits.places import PRETRAINED
from digits.reader import checkpoints, classifier, load, recipe, settings_of
from digits.reader.classifier import (
    LAYERS,
    PREPROCESSING,
    DigitClassifier,
    Preprocessing,
    new_network,
    unchanged,
)
from digits.reader.evaluation import evaluate
from digits.reader.rows import on_black_paper
from digits.reader.shards import data_digest, digest, of_digits


@pytest.fixture
def reader(rng):
    return DigitClassifier(new_network(rng), "canonical", about={"seed": 0})


def test_a_saved_classifier_answers_as_before(tmp_path, reader, digits):
    reader.save(tmp_path / "a.npz")
    loaded = load(tmp_path / "a.npz")
    assert loaded.about == {"seed": 0}
    expected = reader.probabilities(digits.images)
    assert loaded.probabilities(digits.images).tobytes() == expected.tobytes()


@pytest.mark.parametrize("preprocessing", list(PREPROCESSING))
def test_the_model_file_says_what_is_done_to_images(tmp_path, rng, digits, preprocessing):
    reader = DigitClassifier(new_network(rng, preprocessing), preprocessing)
    reader.save(tmp_path / "a.npz")
    seen = PREPROCESSING[preprocessing].function(digits.images)
    expected = reader.network.probabilities(seen)
    found = load(tmp_path / "a.npz").probabilities(digits.images)
    assert found.tobytes() == expected.tobytes()


def test_preprocessings_are_told_apart(digits):
    answers = []
    for preprocessing in PREPROCESSING:
        network = new_network(np.random.default_rng(0), preprocessing)
        reader = DigitClassifier(network, preprocessing)
        answers.append(reader.probabilities(digits.images).tobytes())
    assert len(set(answers)) == len(PREPROCESSING)


@pytest.mark.parametrize(
    "hidden", [[], [Dense(32, "sigmoid")], [Dense(7, "tanh"), Dense(5, "relu"), Dense(3, "linear")]]
)
def test_a_model_of_other_hidden_layers_says_what_they_are(tmp_path, rng, digits, hidden):
    reader = DigitClassifier(new_network(rng, layers=[*hidden, LAYERS[-1]]), "canonical")
    reader.save(tmp_path / "a.npz")
    loaded = load(tmp_path / "a.npz")
    assert repr(loaded) == repr(reader) and list(loaded.network.layers) == [*hidden, LAYERS[-1]]
    expected = reader.probabilities(digits.images)
    assert loaded.probabilities(digits.images).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    "inputs, layers",
    [(PIXELS, [Dense(9, "softmax")]), (PIXELS, [Dense(10, "sigmoid")]), (9, [LAYERS[-1]])],
)
def test_a_model_of_something_else_than_digits_is_refused(tmp_path, rng, inputs, layers):
    DigitClassifier(Network(inputs, layers, rng), "canonical").save(tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"a.npz: architecture is .*, expected a network like"):
        load(tmp_path / "a.npz")


# What else the header of a model has.
BESIDE = {"preprocessing": "canonical", "about": {}, "doubt": None}


@pytest.mark.parametrize("told", [None, 5, "", "784", "784 - cosine 4 - softmax 10", "784 - x"])
def test_a_model_that_does_not_tell_its_layers_is_refused(tmp_path, told):
    header = {"architecture": told, **BESIDE}
    checkpoints.write(tmp_path / "a.npz", classifier.KIND, header, {})
    with pytest.raises(InputError, match=r"a.npz: architecture is .*, expected a network like"):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("theta", "told"),
    [
        (np.zeros(13_001, np.float32), r"theta is \(13001,\) float32, expected \(13002,\)"),
        (np.zeros(13_002, np.float64), r"theta is \(13002,\) float64, expected"),
        (np.full(13_002, np.nan, np.float32), "not finite"),
        (None, "theta is missing"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(tmp_path, reader, theta, told):
    header = {
        "architecture": repr(reader.network),
        "preprocessing": "canonical",
        "about": {},
        "doubt": None,
    }
    arrays = {"limit": np.float64(0)} | ({} if theta is None else {"theta": theta})
    checkpoints.write(tmp_path / "a.npz", classifier.KIND, header, arrays)
    with pytest.raises(InputError, match=told):
        load(tmp_path / "a.npz")


def test_an_unknown_preprocessing_is_refused(tmp_path, reader):
    reader.preprocessing = "upside down"
    reader.save(tmp_path / "a.npz")
    with pytest.raises(InputError, match="preprocessing is 'upside down', expected one of raw"):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 9), np.uint8),
        np.zeros((2, 785), int),  # with its label
        np.zeros((1, 1, 28, 28), np.uint8),
        np.full((2, 784), 0.5),
        np.full((2, 784), 256),
        np.full((2, 784), -1),
        np.full((2, 784), np.nan),
        [["ink"] * 784],
        5,
    ],
)
def test_images_of_another_shape_or_of_other_numbers_are_refused(reader, images):
    for ask in (reader.read, reader.predict, reader.probabilities, reader.predict_proba):
        with pytest.raises(InputError, match=r"expected whole numbers from 0 to 255 of shape"):
            ask(images)


def test_rows_of_several_lengths_are_refused(reader):
    with pytest.raises(InputError, match="images have several lengths"):
        reader.predict([[0] * 784, [0]])


def test_images_may_be_one_or_many_arrays_lists_and_frames(reader, digits):
    rows = digits.images[:3]
    expected = reader.probabilities(rows)
    frame = pd.DataFrame(rows.astype(int), columns=[f"pixel{i}" for i in range(784)])
    for images in (rows, rows.reshape(3, 28, 28), rows.tolist(), rows.astype(float), frame):
        assert reader.probabilities(images).tobytes() == expected.tobytes()
        assert reader.predict_proba(images).tobytes() == expected.tobytes()
        assert reader.predict(images).tolist() == expected.argmax(axis=1).tolist()
    assert reader.predict(frame.astype("Int64")).tolist() == expected.argmax(axis=1).tolist()
    inked = np.where(rows > 127, 255, 0)
    assert reader.predict(rows > 127).tolist() == reader.predict(inked).tolist()
    for image in (rows[0], rows[0].reshape(28, 28), rows[0].tolist(), frame.iloc[0]):
        assert reader.predict(image).tolist() == expected[:1].argmax(axis=1).tolist()


def test_a_reading_is_all_that_there_is_to_say(digits):
    reader = load(PRETRAINED)
    reading = reader.read(digits.images)
    assert reading.posed.tobytes() == reader.preprocess(digits.images).tobytes()
    assert reading.probabilities.tobytes() == reader.probabilities(digits.images).tobytes()
    assert reading.labels.tolist() == reader.predict(digits.images).tolist()
    likely = reader.doubt.likeness(reading.posed, reading.probabilities)
    assert (reading.confident == (likely >= reader.doubt.limit)).all()
    assert reading.confident.mean() > 0.95
    blank = reader.read(np.zeros((1, PIXELS), np.uint8))
    assert not blank.confident.any()


def test_the_pose_of_an_image_is_computed_once(digits, monkeypatch):
    posed = []

    def counted(images: np.ndarray) -> np.ndarray:
        posed.append(len(images))
        return images

    monkeypatch.setitem(PREPROCESSING, "canonical", Preprocessing(counted, 1 / 255, unchanged))
    load(PRETRAINED).read(digits.images[:5])
    assert posed == [5]


def test_a_reader_shows_what_it_is(reader):
    assert repr(reader) == (
        "DigitClassifier(784 - sigmoid 16 - sigmoid 16 - softmax 10, canonical, seed 0)"
    )
    assert repr(load(PRETRAINED)).endswith("canonical, preset best, seed 4, 400 epochs)")


def test_no_images_have_no_answers(reader):
    assert reader.predict(np.empty((0, 784), np.uint8)).shape == (0,)


GREY_PAPER = {
    "grey": lambda rows: 90 + rows * 0.6,
    "bright": lambda rows: 128 + rows * 0.4,
    "white": lambda rows: 255.0 - rows,
    "nearly black": lambda rows: np.maximum(rows, 3.0),
}


@pytest.mark.parametrize("paper", GREY_PAPER)
def test_rows_on_paper_of_any_grey_are_read_as_well_as_those_on_black(digits, paper):
    reader, rows, labels = load(PRETRAINED), digits.images[:150], digits.labels[:150]
    grey = np.floor(GREY_PAPER[paper](rows))
    expected, found = reader.predict(rows), reader.predict(grey)
    assert (found == labels).mean() >= (expected == labels).mean() - 0.01
    assert reader.predict(grey.reshape(-1, 28, 28)).tolist() == found.tolist()
    assert reader.read(grey).labels.tolist() == found.tolist()
    assert reader.probabilities(grey).argmax(axis=1).tolist() == found.tolist()
    assert evaluate(reader, Digits(grey, labels)).accuracy == (found == labels).mean()


def test_rows_on_black_paper_stay_what_they_are_to_the_last_bit(digits, all_digits, rng):
    rows = all_digits.images[::20]
    assert on_black_paper(rows) is rows
    raw = DigitClassifier(new_network(rng, "raw"), "raw")
    assert raw.preprocess(rows) is rows
    some = np.concatenate([digits.images[:3], 255 - digits.images[:1]])
    assert on_black_paper(some)[:3].tobytes() == digits.images[:3].tobytes()
    assert some[3].tobytes() == (255 - digits.images[0]).tobytes()  # the caller's own


@pytest.mark.parametrize("paper", [0, 90, 255])
def test_blank_rows_of_any_grey_are_blank(paper):
    assert not on_black_paper(np.full((2, PIXELS), paper, np.uint8)).any()


@pytest.mark.parametrize("preset", ["default", "blog"])
def test_rows_on_grey_paper_are_learned_from_as_those_on_black(few, preset):
    settings = settings_of(preset, epochs=1, drawn=50)
    grey = few._replace(images=100 + few.images // 2)
    plain, run = (
        recipe.prepare(settings, of_digits(settings, digits), digits) for digits in (few, grey)
    )
    assert run.data_digest == data_digest([digest(grey)], grey) != plain.data_digest
    for rows in (plain.rows, run.rows):
        assert rows.count == 40 + settings.drawn
    # laid out in an order of their own, so it is the test rows that are compared one by one
    assert np.abs(run.test[0].astype(float) - plain.test[0]).mean() < 8
    ink = [rows.total(lambda part: [part.X.sum(dtype=float)])[0] for rows in (plain.rows, run.rows)]
    assert abs(ink[0] - ink[1]) / (plain.rows.count * PIXELS) < 8
