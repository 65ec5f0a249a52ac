"""That settings are refused by name: from Python, and from a checkpoint that somebody edited."""

import numpy as np
import pytest

from digits.errors import InputError
from digits.network import OPTIMIZERS
from digits.reader import checkpoints, recipe, run_checkpoint, settings_of
from digits.reader.settings import PRESETS, RULES, Settings, saved_settings
from digits.reader.shards import of_digits

REFUSED = [
    ({"colour": "red"}, "colour is no setting, expected one of preset, seed, optimizer, "),
    ({"optimizer": "sgd"}, "optimizer is 'sgd', expected one of gd, rprop, lbfgs, adam"),
    ({"optimizer": ["gd"]}, r"optimizer is \['gd'\], expected one of"),
    ({"epochs": 0}, "epochs is 0, expected a whole number from 1 on"),
    ({"epochs": 1.5}, "epochs is 1.5, expected a whole number"),
    ({"epochs": True}, "epochs is True, expected a whole number"),
    ({"seed": -1}, "seed is -1, expected a whole number from 0 on"),
    ({"learning_rate": float("nan")}, "learning_rate is nan, expected a number from 0 on"),
    ({"learning_rate": "fast"}, "learning_rate is 'fast'"),
    ({"momentum": 1}, "momentum is 1, expected None or a number from 0 to below 1"),
    ({"schedule": "linear"}, "schedule is 'linear', expected one of constant, cosine"),
    ({"l2": -1}, "l2 is -1, expected a number from 0 on"),
    ({"preprocessing": "blur"}, "preprocessing is 'blur', expected one of raw, as is, canonical"),
    ({"centred": 1}, "centred is 1, expected True or False"),
    ({"hidden": 16}, "hidden is 16, expected a list, each of it a whole number from 1 to 10,000"),
    ({"hidden": [10**8]}, "hidden is .* expected a list"),
    ({"copies": [(0.6, 0)]}, "copies is .* expected a list"),
    ({"learning_rate": 10**400}, "learning_rate is 1000.* expected a number from 0 on"),
    ({"hidden": [16, 0]}, r"hidden is \[16, 0\], expected"),
    ({"initializer": "zeros"}, "initializer is 'zeros', expected None or one of glorot, he, un"),
    ({"copies": [(1.0,)]}, "copies is .* expected a list, each of it a pair of numbers above 0"),
    ({"reshaped": 0.5}, "reshaped is 0.5, expected a whole number from 0 to 1,000"),
    ({"drawn": -5}, "drawn is -5"),
    ({"train_rows": 0}, "train_rows is 0, expected None or a whole number from 1 on"),
    ({"data": "train.csv"}, "data is 'train.csv', expected None or a list, each of it a file's"),
    ({"transposed": "yes"}, "transposed is 'yes', expected None or True or False"),
]
# A file of an optimizer that has no momentum may tell of one: earlier versions wrote such files.
TOGETHER = [
    ({"optimizer": "rprop", "schedule": "cosine"}, "schedule is 'cosine', expected constant with"),
    (
        {"momentum": None},
        "momentum is None, expected a number from 0 to below",
    ),
    (
        {"optimizer": "adam", "momentum": 0.9},
        "momentum is 0.9, expected None with the",
    ),
]


# What else the header of a checkpoint has.
BESIDE = {"architecture": "784 - softmax 10", "data_digest": "1e35582d42a90940"}


@pytest.mark.parametrize(("given", "sentence"), REFUSED + TOGETHER)
def test_a_setting_that_cannot_be_is_refused_by_name(given, sentence):
    with pytest.raises(InputError, match=sentence):
        settings_of(**given)


@pytest.mark.parametrize(("given", "sentence"), REFUSED)
def test_a_setting_in_an_edited_checkpoint_is_refused_by_file_and_name(tmp_path, given, sentence):
    path = tmp_path / "checkpoint.npz"
    settings = settings_of()._asdict() | given
    checkpoints.write(path, run_checkpoint.KIND, {"settings": settings, **BESIDE}, {})
    with pytest.raises(InputError, match=rf"checkpoint\.npz: {sentence}"):
        run_checkpoint.settings_in(path)


@pytest.mark.parametrize("saved", [None, [], {}, {"preset": "default"}])
def test_a_checkpoint_without_settings_is_refused(saved):
    with pytest.raises(InputError, match=r"settings (are|lack) .*, expected those of a train"):
        saved_settings(saved)


def test_a_setting_of_an_unchecked_record_is_refused_before_training(few):
    with pytest.raises(InputError, match="preprocessing is 'blur', expected one of raw"):
        settings = settings_of()._replace(preprocessing="blur")
        recipe.prepare(settings, of_digits(settings, few), few)


def test_a_preset_may_be_given_by_name():
    assert settings_of(preset="best") == settings_of("best")


def test_every_setting_has_a_rule_and_every_preset_keeps_them():
    assert RULES.keys() == set(Settings._fields)
    for preset in PRESETS:
        for optimizer in OPTIMIZERS:
            assert settings_of(preset, optimizer=optimizer).preset == preset
    assert settings_of("default") == settings_of()


def test_another_optimizer_brings_its_own_settings_and_a_preset_keeps_its_own():
    assert settings_of("blog").learning_rate == 0.8
    other = settings_of("blog", optimizer="rprop")
    assert (other.learning_rate, other.l2, other.momentum) == (0.01, 2e-4, None)
    assert (other.preprocessing, other.epochs) == ("raw", 500)
    assert settings_of("blog", optimizer="rprop", learning_rate=0.5).learning_rate == 0.5


def test_settings_read_back_from_a_file_are_the_same(tmp_path):
    settings = settings_of("best", seed=np.int64(3), hidden=[64, 32], data=["a.csv"])
    assert (settings.seed, settings.hidden, settings.data) == (3, (64, 32), ("a.csv",))
    path = tmp_path / "checkpoint.npz"
    checkpoints.write(path, run_checkpoint.KIND, {"settings": settings._asdict(), **BESIDE}, {})
    assert run_checkpoint.settings_in(path) == settings
