"""Learning a hand: what is learned from, what is judged by, and what may not be forgotten."""

import numpy as np
import pytest

from digits.dataset import Digits
from digits.errors import InputError
from digits.places import PRETRAINED
from digits.preprocessing import draw_digits
from digits.preprocessing.manners import MANNERS
from digits.reader import load
from digits.web import learning
from digits.web.learning import Outcome, Scores

NONE = Digits(np.empty((0, 784), np.uint8), np.empty(0, np.int64))


@pytest.fixture(autouse=True)
def few_copies(monkeypatch):
    """Enough to see them, and made in no time."""
    monkeypatch.setattr(learning, "COPIES", 6)
    monkeypatch.setattr(learning, "MOST_COPIES", 600)


@pytest.fixture
def reader():
    return load(PRETRAINED)


@pytest.fixture
def examples(reader, digits):
    """What is learned from beside one's own digits, and test digits, as the network takes them."""
    posed = reader.preprocess(digits.images)
    return (posed[:600], digits.labels[:600]), (posed[600:], digits.labels[600:])


def test_every_fourth_of_each_digit_is_held_out_and_stays_so():
    labels = np.array([1, 1, 2, 1, 1, 2, 2, 1, 2, 1, 1, 1])
    out = learning.held_out(labels)
    assert np.flatnonzero(out).tolist() == [4, 8, 11]
    assert np.array_equal(learning.held_out(labels[:9]), out[:9])


def test_a_few_digits_of_a_hand_are_learned_and_held_out_ones_are_not(reader, examples, rng):
    own = draw_digits(50, rng)
    lesson = learning.prepare(reader, own, *examples)
    assert lesson.own == 40 and len(lesson.held_out[1]) == 10
    assert len(lesson.rows[1]) == 600 + 40 * (1 + learning.COPIES)
    assert np.bincount(lesson.rows[1][:-600]).tolist() == [4 * (1 + learning.COPIES)] * 10


def test_many_digits_have_fewer_copies_each(reader, examples, rng):
    own = draw_digits(400, rng)
    lesson = learning.prepare(reader, own, *examples)
    assert len(lesson.rows[1]) - 600 <= learning.MOST_COPIES + 300


def test_learning_leaves_the_reader_as_it_was(reader, examples, few, monkeypatch):
    monkeypatch.setattr(learning, "EPOCHS", 3)
    before = reader.network.theta.copy()
    lesson = learning.prepare(reader, few, *examples)
    assert [record.epoch for record in learning.epochs(lesson)] == [1, 2, 3]
    found = learning.outcome(lesson)
    assert np.array_equal(reader.network.theta, before) and "taught" not in reader.about
    assert not np.array_equal(found.reader.network.theta, before)
    assert found.reader.about["taught"] == lesson.own
    assert found.before.test == np.mean(reader.network.predict(examples[1][0]) == examples[1][1])


def test_the_same_digits_are_learned_alike(reader, examples, few, monkeypatch):
    monkeypatch.setattr(learning, "EPOCHS", 2)
    thetas = []
    for _ in range(2):
        lesson = learning.prepare(reader, few, *examples)
        list(learning.epochs(lesson))
        thetas.append(lesson.network.theta)
    assert np.array_equal(*thetas)


def test_learning_ends_in_time(reader, examples, few, monkeypatch):
    monkeypatch.setattr(learning, "SECONDS", 0.0)
    lesson = learning.prepare(reader, few, *examples)
    assert len(list(learning.epochs(lesson))) == 1


def test_without_digits_nothing_is_learned(reader, examples):
    with pytest.raises(InputError, match="no digits of yours yet"):
        learning.prepare(reader, NONE, *examples)


def test_too_few_digits_to_hold_any_out_are_told_of(reader, examples, few, monkeypatch):
    monkeypatch.setattr(learning, "EPOCHS", 1)
    lesson = learning.prepare(reader, Digits(few.images[:1], few.labels[:1]), *examples)
    list(learning.epochs(lesson))
    found = learning.outcome(lesson)
    assert found.before.mine is None and found.held_out == 0
    assert "too few of your digits to judge by, expected 4 of one digit" in found.sentence()


@pytest.mark.parametrize(("after", "kept"), [(0.982, True), (0.9821, True), (0.9819, False)])
def test_what_is_lost_of_the_test_digits_decides(reader, examples, few, monkeypatch, after, kept):
    lesson = learning.prepare(reader, few, *examples)
    told = iter([Scores(0.5, 0.985), Scores(1.0, after)])
    monkeypatch.setattr(learning, "scores", lambda network, lesson: next(told))
    assert learning.outcome(lesson).kept is kept


def test_the_outcome_is_told_in_figures_and_in_a_sentence(reader):
    found = Outcome(reader, Scores(0.5, 0.985), Scores(0.9, 0.984), 10, True)
    assert found.as_json() == {
        "before": {"mine": 0.5, "test": 0.985},
        "after": {"mine": 0.9, "test": 0.984},
        "held_out": 10,
        "kept": True,
        "sentence": found.sentence(),
    }
    assert found.sentence() == (
        "kept: of your 10 held out 9 right, 5 before; test digits 98.40 % (-0.10 points)"
    )


def test_digits_are_drawn_in_the_manners_that_are_asked_for(rng):
    some = {"segments": MANNERS["segments"]}
    only = draw_digits(40, np.random.default_rng(0), manners=some)
    assert np.bincount(only.labels).tolist() == [4] * 10
    # two bars and nothing else make a 1, so the columns beside them are empty
    ones = only.images[only.labels == 1].reshape(-1, 28, 28) > 127
    assert (ones.any(axis=1).sum(axis=1) < 14).all()


def test_lessons_do_not_add_up_to_more_than_may_be_forgotten(reader, examples, few, monkeypatch):
    taught = load(PRETRAINED)
    told = {
        id(reader.network): Scores(0.5, 0.985),
        id(taught.network): Scores(0.9, 0.983),
    }
    monkeypatch.setattr(
        learning, "scores", lambda network, lesson: told.get(id(network), Scores(1.0, 0.981))
    )
    lesson = learning.prepare(taught, few, *examples, first=reader)
    assert not learning.outcome(lesson).kept
    assert learning.outcome(lesson._replace(first=taught)).kept


def test_what_reads_fewer_of_ones_own_is_not_kept(reader, examples, few, monkeypatch):
    lesson = learning.prepare(reader, few, *examples)
    told = iter([Scores(0.5, 0.985), Scores(0.4, 0.986)])
    monkeypatch.setattr(learning, "scores", lambda network, lesson: next(told))
    found = learning.outcome(lesson)
    assert not found.kept and found.sentence().startswith("not kept, as fewer of yours")
