import numpy as np
import pytest

from digits import checkpoints, classifier
from digits.classifier import LAYERS, PIXELS, DigitClassifier, new_network
from digits.errors import InputError
from digits.layers import Dense
from digits.network import Network


@pytest.fixture
def reader(rng):
    return DigitClassifier(new_network(rng), "canonical", about={"seed": 0})


def test_a_saved_classifier_answers_as_before(tmp_path, reader, digits):
    reader.save(tmp_path / "a.npz")
    loaded = classifier.load(tmp_path / "a.npz")
    assert loaded.about == {"seed": 0}
    expected = reader.probabilities(digits.images)
    assert loaded.probabilities(digits.images).tobytes() == expected.tobytes()


@pytest.mark.parametrize("treatment", list(classifier.TREATMENTS))
def test_the_model_file_says_what_is_done_to_images(tmp_path, rng, digits, treatment):
    reader = DigitClassifier(new_network(rng, treatment), treatment)
    reader.save(tmp_path / "a.npz")
    seen = classifier.TREATMENTS[treatment](digits.images)
    expected = reader.network.probabilities(seen)
    found = classifier.load(tmp_path / "a.npz").probabilities(digits.images)
    assert found.tobytes() == expected.tobytes()


def test_treatments_are_told_apart(digits):
    answers = []
    for treatment in classifier.TREATMENTS:
        network = new_network(np.random.default_rng(0), treatment)
        reader = DigitClassifier(network, treatment)
        answers.append(reader.probabilities(digits.images).tobytes())
    assert len(set(answers)) == len(classifier.TREATMENTS)


def test_a_model_of_another_architecture_is_refused(tmp_path, rng):
    other = Network(PIXELS, [Dense(32, "sigmoid"), *LAYERS[1:]], rng)
    DigitClassifier(other, "canonical").save(tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"784 - sigmoid 32 .* expected 784 - sigmoid 16"):
        classifier.load(tmp_path / "a.npz")


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
    header = {"architecture": repr(reader.network), "treatment": "canonical"}
    arrays = {} if theta is None else {"theta": theta}
    checkpoints.write(tmp_path / "a.npz", classifier.KIND, header, arrays)
    with pytest.raises(InputError, match=told):
        classifier.load(tmp_path / "a.npz")


def test_an_unknown_treatment_is_refused(tmp_path, reader):
    reader.treatment = "upside down"
    reader.save(tmp_path / "a.npz")
    with pytest.raises(InputError, match="'upside down' images, expected one of raw"):
        classifier.load(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "images", [np.zeros(784, np.uint8), np.zeros((2, 784)), np.zeros((2, 9), np.uint8)]
)
def test_images_of_another_shape_or_type_are_refused(reader, images):
    with pytest.raises(ValueError, match=r"expected \(N, 784\) uint8"):
        reader.probabilities(images)


def test_no_images_have_no_answers(reader):
    assert reader.predict(np.empty((0, 784), np.uint8)).shape == (0,)
