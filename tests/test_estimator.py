"""scikit-learn's own judgement of the estimator, and what its users rely on."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

pytest.importorskip("sklearn", "1.6", reason="scikit-learn 1.6 or newer is not installed")

import pandas as pd
from sklearn.base import clone
from sklearn.datasets import load_iris, make_moons
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from digits.errors import InputError
from digits.estimator import DenseClassifier, optimizer_of
from digits.network import Network
from digits.network.layers import Dense
from digits.network.training import train

JUDGED = [
    DenseClassifier(),
    DenseClassifier(activation="tanh", solver="adam", max_iter=30),
    DenseClassifier(8, activation="relu", solver="gd", batch_size=50, max_iter=20),
]
SOLVERS = [
    {"solver": "rprop"},
    {"solver": "lbfgs"},
    {"solver": "gd", "batch_size": 25},
    {"solver": "adam", "batch_size": 25},
]


def name_of(value):
    """Of a check with its settings, or of an estimator."""
    if isinstance(value, DenseClassifier):
        return repr(value)
    settings = {key: text for key, text in value.keywords.items() if isinstance(text, str | bool)}
    return "-".join(map(str, (value.func.__name__, *settings.values())))


@pytest.mark.parametrize(
    ("model", "check"),
    [pair for model in JUDGED for pair in estimator_checks_generator(model)],
    ids=name_of,
)
@pytest.mark.filterwarnings("default")
def test_scikit_learn_finds_nothing_to_object_to(model, check):
    check(model)


@pytest.fixture(scope="module")
def flowers():
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), np.array(["setosa", "versicolor", "virginica"])[y]


@pytest.fixture(scope="module")
def moons():
    return make_moons(300, noise=0.2, random_state=0)


def test_a_pipeline_names_the_classes_as_they_were_given(flowers):
    X, y = flowers
    model = make_pipeline(StandardScaler(), DenseClassifier(random_state=0)).fit(X * 100, y)
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert set(model.predict(X * 100)) == set(y) and model.score(X * 100, y) > 0.95


def test_a_grid_search_tries_every_setting(moons):
    grid = {"hidden_layer_sizes": [(), (8,), (8, 8)], "activation": ["relu", "tanh"]}
    search = GridSearchCV(DenseClassifier(random_state=0, max_iter=100), grid, cv=3).fit(*moons)
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 6 and np.isfinite(scores).all()
    assert search.best_score_ > 0.9 and search.best_params_["hidden_layer_sizes"] != ()


@pytest.mark.parametrize("settings", SOLVERS)
def test_every_solver_learns_with_its_own_rate(flowers, settings):
    model = DenseClassifier(**settings, max_iter=100, random_state=0)
    scores = cross_val_score(model, *flowers, cv=3)
    assert scores.shape == (3,) and scores.mean() > 0.93


def test_an_estimator_in_its_network_is_what_train_makes_of_it(moons):
    X, y = moons
    model = DenseClassifier(solver="adam", batch_size=50, max_iter=5, random_state=3).fit(X, y)
    seed = np.random.RandomState(3).randint(2**31 - 1)
    layers = [Dense(16, "sigmoid"), Dense(16, "sigmoid"), Dense(1, "sigmoid")]
    network = Network(2, layers, np.random.default_rng(seed), np.float64)
    settings = {"batch_size": 50, "l2": 1e-4, "seed": seed}
    records = list(train(network, network.rows(X, y), optimizer_of(model), 5, **settings))
    np.testing.assert_array_equal(model.network_.theta, network.theta)
    assert model.loss_curve_ == [record.loss for record in records]


def test_a_frame_gives_its_names_and_other_names_are_refused(flowers):
    X, y = flowers
    frame = pd.DataFrame(X, columns=[*"abcd"])
    model = DenseClassifier(max_iter=5).fit(frame, pd.Series(y))
    assert model.feature_names_in_.tolist() == [*"abcd"] and model.n_features_in_ == 4
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"a": "z"}))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)


@pytest.mark.parametrize("settings", SOLVERS)
def test_a_warm_start_equals_an_uninterrupted_fit(moons, settings):
    model = DenseClassifier(**settings, max_iter=6, random_state=1, warm_start=True)
    whole = clone(model).set_params(max_iter=12).fit(*moons)
    model.fit(*moons).fit(*moons)
    np.testing.assert_array_equal(model.network_.theta, whole.network_.theta)
    assert model.loss_curve_ == whole.loss_curve_ and model.n_iter_ == 12


def test_without_warm_start_a_second_fit_starts_anew(moons):
    model = DenseClassifier(max_iter=6, random_state=1)
    once = model.fit(*moons).network_
    again = model.fit(*moons).network_
    assert once is not again and model.n_iter_ == 6
    np.testing.assert_array_equal(once.theta, again.theta)


def test_a_warm_start_takes_new_rates_and_optimizers_but_no_new_layers(moons):
    model = DenseClassifier(solver="adam", max_iter=3, warm_start=True).fit(*moons)
    mean = model.optimizer_.state["mean"]
    model.set_params(learning_rate_init=0.5).fit(*moons)
    assert model.optimizer_.learning_rate == 0.5 and model.optimizer_.state["mean"] is mean
    model.set_params(solver="rprop").fit(*moons)
    assert model.n_iter_ == 9 and "steps" in model.optimizer_.state
    with pytest.raises(InputError, match="layers have changed, expected 2 - sigmoid 16"):
        model.set_params(hidden_layer_sizes=(3,)).fit(*moons)


def test_partial_fits_are_the_epochs_of_a_fit(flowers):
    X, y = flowers
    parts = DenseClassifier(solver="adam", batch_size=30, random_state=1)
    parts.partial_fit(X, y, classes=["virginica", "versicolor", "setosa"])
    for _ in range(4):
        parts.partial_fit(X, y)
    whole = clone(parts).set_params(max_iter=5).fit(X, y)
    np.testing.assert_array_equal(parts.network_.theta, whole.network_.theta)
    assert parts.loss_curve_ == whole.loss_curve_ and parts.n_iter_ == 5


def test_partial_fit_wants_every_class_at_first_and_only_these(flowers):
    X, y = flowers
    with pytest.raises(InputError, match="expected every label in the first partial_fit"):
        DenseClassifier().partial_fit(X, y)
    model = DenseClassifier().partial_fit(X[:50], y[:50], classes=np.unique(y))
    assert model.predict_proba(X).shape == (150, 3)
    with pytest.raises(InputError, match="expected the first ones"):
        model.partial_fit(X, y, classes=["setosa", "rose"])
    with pytest.raises(ValueError, match="rose"):
        model.partial_fit(X, np.full(150, "rose"))


@pytest.mark.parametrize("settings", SOLVERS)
def test_the_same_random_state_gives_the_same_model_bit_for_bit(flowers, settings):
    one, same, other = (
        DenseClassifier(**settings, max_iter=10, random_state=seed).fit(*flowers)
        for seed in (5, np.random.RandomState(5), 6)
    )
    assert one.network_.theta.tobytes() == same.network_.theta.tobytes()
    assert (one.network_.theta != other.network_.theta).any()


def test_a_pickle_predicts_the_same_and_goes_on_the_same(flowers):
    model = DenseClassifier(max_iter=10, random_state=0, warm_start=True).fit(*flowers)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict_proba(flowers[0]), model.predict_proba(flowers[0]))
    copy.fit(*flowers)
    model.fit(*flowers)
    np.testing.assert_array_equal(copy.network_.theta, model.network_.theta)


def test_a_clone_has_the_settings_but_nothing_learned(flowers):
    model = DenseClassifier((4,), alpha=0.1, solver="gd").fit(*flowers)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(flowers[0])


@pytest.mark.parametrize("settings", SOLVERS)
def test_the_loss_falls_and_has_an_entry_for_every_epoch(flowers, settings):
    model = DenseClassifier(**settings, max_iter=30, random_state=0).fit(*flowers)
    assert len(model.loss_curve_) == model.n_iter_ == 30
    assert model.loss_curve_[-1] < 0.5 * model.loss_curve_[0]


def test_two_classes_share_one_output_and_many_have_one_each(moons, flowers):
    for (X, y), units, last in ((moons, 1, "sigmoid"), (flowers, 3, "softmax")):
        model = DenseClassifier(random_state=0).fit(X, y)
        p = model.predict_proba(X)
        assert model.network_.layers[-1] == Dense(units, last)
        assert p.shape == (len(X), len(model.classes_)) and (p >= 0).all()
        np.testing.assert_allclose(p.sum(axis=1), 1)
        np.testing.assert_array_equal(model.classes_[p.argmax(axis=1)], model.predict(X))
        assert model.score(X, y) > 0.9


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_network_computes_in_the_precision_of_its_examples(moons, dtype):
    X, y = moons[0].astype(dtype), moons[1]
    model = DenseClassifier(max_iter=2).fit(X, y)
    assert model.network_.theta.dtype == model.predict_proba(X).dtype == dtype


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"solver": "sgd"}, "solver is 'sgd', expected one of gd, rprop, lbfgs, adam"),
        ({"alpha": -1}, "alpha is -1, expected a number from 0 on"),
        ({"solver": "gd", "batch_size": 0}, "batch_size is 0, expected None or a whole number"),
        ({"batch_size": 50}, "batch_size is 50, expected None for rprop"),
        ({"learning_rate_init": 0.0}, "learning_rate_init is 0.0, expected None or a number above"),
        ({"momentum": 1}, "momentum is 1, expected a number from 0 to below 1"),
        ({"max_iter": 0}, "max_iter is 0, expected a whole number from 1 on"),
        ({"hidden_layer_sizes": (8, 0)}, "layer 2 has 0 units, expected a whole number from 1 on"),
        ({"activation": "logistic"}, "activation 'logistic', expected one of relu, sigmoid"),
    ],
)
def test_a_setting_that_cannot_be_is_named(moons, settings, sentence):
    with pytest.raises(InputError, match=sentence):
        DenseClassifier(**settings).fit(*moons)


def python(code: str) -> str:
    """What a Python of its own, started in the project, ends its standard error with."""
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    return told.stderr.strip().rpartition("\n")[2]


def test_without_scikit_learn_the_estimator_ends_in_a_sentence():
    assert python("import sys; sys.modules['sklearn'] = None; import digits.estimator") == (
        "ImportError: scikit-learn is not installed, or older than 1.6;"
        " python -m pip install -U scikit-learn"
    )


def test_the_package_does_without_scikit_learn():
    assert python("import sys, digits; sys.exit(str('sklearn' in sys.modules))") == "False"


def test_a_fit_that_is_refused_leaves_nothing_half_done(flowers):
    X, y = flowers
    model = DenseClassifier(random_state=0, max_iter=5)
    with pytest.raises(ValueError, match="unseen labels"):
        model.partial_fit(X, y, classes=["setosa", "virginica"])
    assert not hasattr(model, "network_")
    assert model.partial_fit(X, y, classes=np.unique(y)).n_iter_ == 1
    with pytest.raises(InputError, match="y has one class, setosa, expected two or more"):
        model.fit(X[:50, :2], y[:50])
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_a_warm_start_goes_on_from_before_it_diverged(flowers):
    X, y = flowers
    model = DenseClassifier((), solver="gd", warm_start=True, max_iter=5, random_state=0).fit(X, y)
    before = model.network_.theta.copy()
    with pytest.raises(InputError, match="diverged"):
        model.set_params(learning_rate_init=1e300).fit(X, y)
    assert (model.network_.theta == before).all()
    assert model.n_iter_ == len(model.loss_curve_) == 5
    model.set_params(learning_rate_init=0.01).fit(X, y)
    assert model.score(X, y) > 0.5
