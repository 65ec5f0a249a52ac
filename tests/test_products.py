import numpy as np
import pytest

from digits.network import products
from digits.network.products import times, transposed_times

# Rows, columns and units around the bounds at which a product is made in blocks: no columns, one
# block, a whole number of blocks, some rows left over, blocks that would be too low.
SHAPES = [(7, 0, 3), (50, 784, 16), (2000, 625, 16), (2000, 528, 16), (100, 784, 128)]


@pytest.fixture(params=SHAPES, ids=str)
def matrices(request, rng):
    rows, columns, units = request.param
    a, W = rng.normal(size=(rows, columns)), rng.normal(size=(columns, units))
    return a, W, np.asfortranarray(rng.normal(size=(rows, units)))


@pytest.mark.parametrize("order", ["C", "F"])
def test_products_in_blocks_are_those_of_the_whole_matrices(matrices, order):
    a, W, delta = matrices
    laid_out = np.array(a, order=order)
    np.testing.assert_allclose(times(laid_out, W), a @ W, rtol=1e-10, atol=1e-10)
    assert times(laid_out, W).flags.f_contiguous
    gradient = transposed_times(laid_out, delta)
    np.testing.assert_allclose(gradient, a.T @ delta, rtol=1e-10, atol=1e-10)


def test_blocks_are_as_large_as_the_bound_and_leave_less_than_one():
    for rows in (1, 99, 100, 101, 250):
        whole, blocks = products.in_blocks(rows, products.IN_PLACE // 100)
        assert whole == blocks * 100 <= rows
        assert rows - whole < 100 or rows == 100
