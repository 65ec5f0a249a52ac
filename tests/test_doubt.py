import numpy as np
import pytest

from digits.dataset import CLASSES, PIXELS, split
from digits.errors import InputError
from digits.network import Network
from digits.network.functions import one_hot
from digits.network.layers import Dense
from digits.network.rows import RowsHere, Slice
from digits.places import PRETRAINED
from digits.preprocessing import draw_outliers
from digits.preprocessing.canonical import canonical
from digits.reader import DigitClassifier, doubt, load
from digits.reader.classifier import PREPROCESSING, unchanged
from digits.reader.doubt import Doubt
from rejection import letters, scribbles


@pytest.fixture(scope="module")
def shipped():
    return load(PRETRAINED)


@pytest.fixture(scope="module")
def test_digits(all_digits):
    return split(all_digits)[1]


def test_what_is_no_digit_is_not_called_one(shipped):
    assert shipped.read(scribbles(300)).confident.mean() < 0.15
    assert shipped.read(letters()).confident.mean() < 0.15
    assert shipped.read(np.zeros((1, 784), np.uint8)).confident.sum() == 0


def test_few_right_answers_are_withheld_and_most_errors_caught(shipped, test_digits):
    reading = shipped.read(test_digits.images)
    right = reading.labels == test_digits.labels
    assert 1 - reading.confident[right].mean() < 0.02
    assert 1 - reading.confident[~right].mean() > 0.5


def test_a_second_network_learns_what_is_no_digit(digits):
    posed = canonical(digits.images)
    strange = canonical(draw_outliers(500, np.random.default_rng(1)))
    network = doubt.learn(posed[:500], digits.labels[:500], strange[:300], 40)
    own = network.probabilities(posed[500:])[np.arange(200), digits.labels[500:]]
    others = network.probabilities(strange[300:]).max(axis=1)
    assert np.median(others) < 0.1 < 0.9 < np.median(own)
    stored = network.theta.astype(np.float16)
    assert stored.astype(np.float32).tobytes() == network.theta.tobytes()


class Probabilities:
    """Stands for a network whose answers are known: the first ten inputs are its probabilities."""

    def probabilities(self, images):
        return images[:, :CLASSES] / np.float32(100)


def limited(percents, right, given=True):
    """The limit told from rows whose first digit has so many percent, of which so many are 0s."""
    images = np.zeros((len(percents), PIXELS), np.uint8)
    images[:, 0] = percents
    labels = np.where(right, 0, 1)
    rows = RowsHere([[Slice(images, one_hot(labels, CLASSES), given=given)]], PIXELS)
    return doubt.limited(None, Probabilities(), rows, unchanged).limit


def test_the_limit_is_the_highest_that_keeps_nearly_all_right_answers(rng):
    percents = rng.integers(60, 100, 4000)
    limit = limited(percents, np.ones(4000, bool))
    kept = (percents / 100 >= limit).mean()
    assert doubt.ACCEPTED <= kept < doubt.ACCEPTED + 0.03
    assert limit == pytest.approx(np.quantile(percents, 1 - doubt.ACCEPTED) / 100, abs=0.01)


def test_the_limit_is_so_high_that_most_of_what_is_named_is_right(rng):
    percents = np.repeat(np.arange(20, 100), 100)
    right = rng.random(8000) < percents / 100  # the surer the likelier
    limit = limited(percents, right)
    kept = percents / 100 >= limit
    assert right[kept].mean() >= doubt.TRUSTED and kept.any()
    assert right[percents / 100 >= limit - 0.01].mean() < doubt.TRUSTED


def test_nothing_is_named_where_no_limit_makes_it_right():
    percents = np.repeat(np.arange(20, 100), 10)
    assert limited(percents, np.arange(800) % 4 == 0) == doubt.NOTHING > 1


def test_the_limit_is_told_from_rows_that_were_given_alone(rng):
    percents = rng.integers(50, 100, 200)
    assert limited(percents, np.ones(200, bool), given=False) == doubt.NOTHING


def test_what_is_likelier_wrong_than_right_is_not_relied_on(shipped, digits):
    posed = canonical(digits.images[:2])
    halves = np.zeros((2, CLASSES), np.float32)
    halves[:, digits.labels[0]] = 0.5, 0.51
    for second in (None, doubt.shipped()):
        likely = Doubt(second, 0.0).likeness(posed[[0, 0]], halves)
        assert likely[0] == 0 < likely[1] <= np.float32(0.51)


def test_a_network_that_has_learned_nothing_names_nothing(digits, rng):
    reads = Network(PIXELS, [Dense(16, "sigmoid"), Dense(10, "softmax")], rng, input_scale=1 / 255)
    posed = canonical(digits.images)
    rows = reads.rows(posed, digits.labels)
    known = doubt.limited(doubt.shipped(), reads, rows, unchanged)
    named = known.likeness(posed, reads.probabilities(posed)) >= known.limit
    assert (known.limit, named.any()) == (doubt.NOTHING, False)


@pytest.mark.parametrize("preprocessing", ["as is", "raw"])
def test_the_second_network_sees_digits_in_their_pose_whatever_the_first_sees(
    shipped, digits, preprocessing
):
    reader = DigitClassifier(shipped.network, preprocessing, shipped.doubt)
    reading = reader.read(digits.images[:50])
    assert reading.posed.tobytes() == digits.images[:50].tobytes()
    seen = shipped.preprocess(digits.images[:50])
    likely = shipped.doubt.likeness(seen, reading.probabilities)
    assert (reading.confident == (likely >= shipped.doubt.limit)).all()


def test_rows_that_are_not_in_their_pose_are_posed_where_they_lie(shipped, digits):
    """By the threads that are adding them up already, each of which waits for no other."""
    images, labels = np.tile(digits.images, (6, 1)), np.tile(digits.labels, 6)
    rows = shipped.network.rows(images, labels)
    pose = PREPROCESSING["as is"].pose
    limit = doubt.limited(doubt.shipped(), shipped.network, rows, pose).limit
    assert 0 < limit < 1 and len(rows.shards[0]) > 2


def test_a_model_tells_which_second_network_its_limit_belongs_to(shipped, tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    shipped.save(path)
    other = doubt.network_of(doubt.shipped().theta * 2)
    monkeypatch.setattr(doubt, "shipped", lambda: other)
    with pytest.raises(InputError, match=r"its limit belongs to the second network \w{16}, but"):
        load(path)


def test_a_second_network_of_ones_own_comes_with_the_model(shipped, tmp_path):
    own = Doubt(doubt.network_of(doubt.shipped().theta * 2), 0.3)
    reader = DigitClassifier(shipped.network, "canonical", own)
    reader.save(tmp_path / "own.npz")
    DigitClassifier(shipped.network, "canonical").save(tmp_path / "none.npz")
    loaded, without = load(tmp_path / "own.npz"), load(tmp_path / "none.npz")
    assert loaded.doubt.network.theta.tobytes() == own.network.theta.tobytes()
    assert loaded.doubt.limit == 0.3
    assert without.doubt == doubt.NO_DOUBT


@pytest.mark.parametrize("limit", [-1, 5])
def test_a_limit_that_no_training_measures_is_refused(shipped, tmp_path, limit):
    DigitClassifier(shipped.network, "canonical", Doubt(None, limit)).save(tmp_path / "a.npz")
    with pytest.raises(InputError, match=f"a.npz: limit is {limit}.0, expected from 0 to 1.0001"):
        load(tmp_path / "a.npz")
