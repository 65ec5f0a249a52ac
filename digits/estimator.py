"""The network as a scikit-learn estimator: for pipelines, grid searches and cross-validation.

It speaks MLPClassifier's vocabulary; the network, the steps and the loop are this package's own.
"""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from digits.errors import InputError, expect, is_count, is_number
from digits.network import OPTIMIZERS, Dense, Network, Optimizer, train

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.preprocessing import LabelEncoder
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "scikit-learn is not installed, or older than 1.6; python -m pip install -U scikit-learn"
    ) from error

FLOATS = (np.float64, np.float32)  # the network computes in the one that X has; else in the first
SEEDS = 2**31 - 1


class DenseClassifier(ClassifierMixin, BaseEstimator):
    """A classifier of dense layers, for scikit-learn 1.6 or newer.

    Two classes share one sigmoid output, more have a softmax. It trains for `max_iter` epochs and
    does not stop earlier. The same `random_state` gives the same model bit for bit.

    Args:
        hidden_layer_sizes: units of each hidden layer; a number for a single one, () for none.
        activation: of the hidden layers: relu, sigmoid, tanh or linear.
        solver: rprop, which needs no learning rate but the full batch; gd, gradient descent with
            Nesterov momentum; or adam.
        alpha: adds alpha/2 times the sum of the squared weights (not biases) to the mean loss.
            MLPClassifier's alpha is divided by the rows of a batch first, this one is not.
        batch_size: rows for each step, shuffled anew in every epoch; None for all.
        learning_rate_init: size of a step, which stays; for rprop, of the first. None for 0.1 (gd)
            or 0.01 (rprop, adam).
        momentum: of gd: share of the velocity kept from step to step, 0 to below 1.
        max_iter: epochs, passes over all rows, of each `fit`.
        warm_start: whether `fit` goes on with the network and the optimizer of the `fit` before.
        random_state: of the first parameters and the shuffling: a seed, a RandomState, or None
            for NumPy's global one.

    Attributes:
        classes_: (K,) the labels, sorted.
        n_features_in_: columns of X.
        feature_names_in_: (n_features_in_,) their names, where X had any.
        network_: the trained `Network`, in float32 if the first X was, else in float64.
        optimizer_: what took the steps.
        loss_curve_: mean loss, without alpha's part, of every epoch so far, as its gradients saw
            it.
        n_iter_: epochs so far.
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (16, 16),
        activation: str = "sigmoid",
        *,
        solver: str = "rprop",
        alpha: float = 1e-4,
        batch_size: int | None = None,
        learning_rate_init: float | None = None,
        momentum: float = 0.9,
        max_iter: int = 200,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.momentum = momentum
        self.max_iter = max_iter
        self.warm_start = warm_start
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> "DenseClassifier":
        """Train for `max_iter` epochs, from the start unless `warm_start` says otherwise.

        Args:
            X: (N, columns) finite numbers, an array or a DataFrame.
            y: (N,) labels: strings or numbers.

        Raises:
            ValueError: X, y or a setting cannot be used; it says which and what was expected.
        """
        goes_on = self.warm_start and hasattr(self, "network_")
        if not goes_on:
            self.__dict__.pop("network_", None)  # a fit that is refused leaves nothing to ask
        X, y = self._checked(X, y, first=not goes_on)
        if not goes_on:
            self._start(X, y, classes=y)
        return self._train(X, y, self.max_iter)

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None
    ) -> "DenseClassifier":
        """Train for one epoch on these rows, whatever was trained on before.

        Args:
            X: (N, columns) finite numbers, an array or a DataFrame.
            y: (N,) labels, not necessarily of every class.
            classes: (K,) every label that y will ever have; needed in the first call.

        Raises:
            ValueError: as for `fit`, or the classes are missing or have changed.
        """
        first = not hasattr(self, "network_")
        if first and classes is None:
            raise InputError("classes is None, expected every label in the first partial_fit")
        X, y = self._checked(X, y, first)
        if first:
            self._start(X, y, classes)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise InputError(f"classes is {classes!r}, expected the first ones, {self.classes_}")
        return self._train(X, y, 1)

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """(N, columns) examples -> (N, K) probabilities of `classes_`; each row sums to 1.

        Raises:
            ValueError: X does not fit what was trained on. NotFittedError before any training.
        """
        check_is_fitted(self, "network_")
        p = self.network_.probabilities(validate_data(self, X, dtype=FLOATS, reset=False))
        return np.hstack([1 - p, p]) if len(self.classes_) == 2 else p

    def predict(self, X: ArrayLike) -> np.ndarray:
        """(N, columns) examples -> (N,) the likeliest of `classes_`; raises as `predict_proba`."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        labels: np.ndarray = self.classes_[likeliest]
        return labels

    def _checked(self, X: ArrayLike, y: ArrayLike, first: bool) -> tuple[np.ndarray, np.ndarray]:
        check_settings(self)
        rows, labels = validate_data(self, X, y, dtype=FLOATS, reset=first)
        check_classification_targets(labels)
        return rows, labels

    def _start(self, X: np.ndarray, y: np.ndarray, classes: Any) -> None:
        """A new network for as many columns and classes, before its first epoch."""
        encoder = LabelEncoder().fit(classes)
        encoder.transform(y)  # refuses labels of no class
        if len(encoder.classes_) == 1:
            raise InputError(f"y has one class, {encoder.classes_[0]}, expected two or more")
        self._encoder, self.classes_ = encoder, encoder.classes_
        self._seed = check_random_state(self.random_state).randint(SEEDS)
        rng = np.random.default_rng(self._seed)
        self.network_ = Network(X.shape[1], layers_of(self), rng, X.dtype.type)
        self.optimizer_ = optimizer_of(self)
        self.loss_curve_: list[float] = []
        self.n_iter_ = 0

    def _train(self, X: np.ndarray, y: np.ndarray, epochs: int) -> "DenseClassifier":
        if self.network_.layers != layers_of(self):
            raise InputError(f"the layers have changed, expected {self.network_!r} as trained")
        before, self.optimizer_ = self.optimizer_, optimizer_of(self)
        if type(before) is type(self.optimizer_):
            self.optimizer_.state = before.state
        labels, epochs_before = self._encoder.transform(y), self.n_iter_
        theta, state = self.network_.theta.copy(), copy.deepcopy(self.optimizer_.state)
        try:
            for record in train(
                self.network_,
                self.network_.rows(X, labels),
                self.optimizer_,
                epochs_before + epochs,
                batch_size=self.batch_size,
                l2=self.alpha,
                seed=self._seed,
                epochs_done=epochs_before,
            ):
                self.loss_curve_.append(record.loss)
                self.n_iter_ = record.epoch
        except InputError:  # it diverged; another rate may go on from before
            self.network_.theta[:], self.optimizer_.state = theta, state
            self.n_iter_ = epochs_before
            del self.loss_curve_[epochs_before:]
            if epochs_before == 0:
                del self.network_
            raise
        return self


def layers_of(model: DenseClassifier) -> tuple[Dense, ...]:
    """The hidden layers that the settings name, and the output that suits the classes."""
    sizes, classes = np.atleast_1d(model.hidden_layer_sizes).tolist(), len(model.classes_)
    output = Dense(1, "sigmoid") if classes == 2 else Dense(classes, "softmax")
    return (*(Dense(units, model.activation) for units in sizes), output)


def optimizer_of(model: DenseClassifier) -> Optimizer:
    """The optimizer that the settings name, before its first step."""
    kind = OPTIMIZERS[model.solver]
    return kind.make(model.learning_rate_init or kind.learning_rate, model.momentum)


def check_settings(model: DenseClassifier) -> None:
    """Refuse settings that nothing can be trained with; the layers are left to the network."""
    rate, size, solvers = model.learning_rate_init, model.batch_size, ", ".join(OPTIMIZERS)
    positive = rate is None or (is_number(rate) and rate > 0)
    share = is_number(model.momentum, 0) and model.momentum < 1
    expect(model.solver in list(OPTIMIZERS), "solver", model.solver, f"one of {solvers}")
    expect(is_number(model.alpha, 0), "alpha", model.alpha, "a number from 0 on")
    sized = size is None or is_count(size)
    expect(sized, "batch_size", size, "None or a whole number from 1 on")
    batches = size is None or not OPTIMIZERS[model.solver].needs_full_batch
    expect(batches, "batch_size", size, f"None for {model.solver}, which needs the full batch")
    expect(positive, "learning_rate_init", rate, "None or a number above 0")
    expect(share, "momentum", model.momentum, "a number from 0 to below 1")
    expect(is_count(model.max_iter), "max_iter", model.max_iter, "a whole number from 1 on")
