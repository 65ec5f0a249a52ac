"""Train with every layer's inputs centred on zero; hand back the same function without it.

Descent is slow where inputs are all positive: all weights of a unit are then pushed up or down
together, and the loss becomes a long narrow valley. Pixels (0 to 1) and sigmoids (0 to 1) are both
like that. So training takes the mean off the pixels and lets hidden units go from -1 to 1:

    X - mean        instead of X
    2 sigmoid - 1   instead of sigmoid

Neither changes what the network can compute, only how steep the way there is (LeCun et al.,
"Efficient BackProp", 1998, section 4.3; Schraudolph, "Centering neural network gradient factors",
1998). Afterwards the weights and biases take the change over, exactly:

    (X - mean) W + b           = X W + (b - mean W)
    (2 sigmoid(z) - 1) W + b   = sigmoid(z) (2 W) + (b - the sum of the rows of W)

and a plain sigmoid network with not one parameter more gives the same outputs.
"""

from collections.abc import Sequence

import numpy as np

from digits.network import Dense, Network


def centred(layers: Sequence[Dense]) -> list[Dense]:
    """The same layers with their sigmoids centred, to train with."""
    return [
        layer._replace(activation="centred sigmoid") if layer.activation == "sigmoid" else layer
        for layer in layers
    ]


def plain(network: Network, input_mean: np.ndarray) -> Network:
    """A network of plain sigmoids that gives for X what `network` gives for X - input_mean.

    Args:
        network: trained on centred inputs, its sigmoids centred or not; it is not changed.
        input_mean: (inputs,) what was taken off every row of X.
    """
    layers = [
        layer._replace(activation=layer.activation.removeprefix("centred "))
        for layer in network.layers
    ]
    result = Network(network.inputs, layers, np.random.default_rng(0), network.theta.dtype)
    result.theta[:] = network.theta
    parameters = result.views(result.theta)
    W, b = parameters[0]
    b -= input_mean @ W
    for layer, (W, b) in zip(network.layers[:-1], parameters[1:], strict=True):
        if layer.activation == "centred sigmoid":
            b -= W.sum(axis=0)
            W *= 2
    return result
