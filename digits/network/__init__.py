"""Any dense network, in NumPy: layers, backpropagation, optimizers, and the training loop."""

from digits.network.centring import Centred, centred
from digits.network.layers import Dense
from digits.network.lbfgs import LBFGS
from digits.network.network import Network
from digits.network.optimizers import (
    OPTIMIZERS,
    Adam,
    GradientDescent,
    Optimizer,
    Rprop,
    warmup_cosine,
)
from digits.network.training import Epoch, train

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "Adam",
    "Centred",
    "Dense",
    "Epoch",
    "GradientDescent",
    "Network",
    "Optimizer",
    "Rprop",
    "centred",
    "train",
    "warmup_cosine",
]
