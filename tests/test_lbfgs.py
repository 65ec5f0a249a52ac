import math

import numpy as np
import pytest

from digits.network.lbfgs import C1, C2, LBFGS, UNKNOWN, Place, narrowed, newton, next_alpha


def bowl(theta):
    """Loss and gradient of a bowl, ten times as steep one way as another, and not quite round."""
    scale = np.linspace(0.5, 5, theta.size)
    loss = (scale * theta**2).sum() / 2 + np.logaddexp(0, theta).sum()
    return loss, scale * theta + 1 / (1 + np.exp(-theta))


def banana(theta):
    """Loss and gradient of Rosenbrock's function, a bent valley with its bottom at (1, 1)."""
    x, y = theta
    slope = np.array([-400 * x * (y - x**2) - 2 * (1 - x), 200 * (y - x**2)])
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2, slope


@pytest.mark.parametrize("seed", range(5))
def test_steps_are_those_of_pytorch_also_where_it_looks_again(seed):
    torch = pytest.importorskip("torch", reason="PyTorch, the reference, is not installed")
    theta = np.random.default_rng(seed).normal(0, 0.3, size=12)
    reference = torch.tensor(theta, requires_grad=True)
    looked = []

    def closure():
        loss, gradient = bowl(reference.detach().numpy())
        reference.grad = torch.tensor(gradient)
        looked.append(loss)
        return torch.tensor(loss)

    theirs = torch.optim.LBFGS([reference], max_iter=1, max_eval=50, history_size=6,
                               line_search_fn="strong_wolfe")  # fmt: skip
    _, gradient = bowl(theta)
    first = np.linalg.norm(gradient) * min(1, 1 / np.abs(gradient).sum())  # as long as theirs
    ours = LBFGS(first, pairs=6)
    for _ in range(12):
        looked.clear()
        theirs.step(closure)
        for _ in looked[1:]:  # the first is where it starts from
            loss, gradient = bowl(theta)
            ours.step(theta, gradient, loss)
        np.testing.assert_allclose(theta, reference.detach().numpy(), atol=1e-9)


def test_newtons_step_is_that_of_the_written_out_inverse(rng):
    """Against the update of the whole matrix, pair by pair, as the formula has it."""
    curvature = np.diag(np.linspace(1, 9, 7)) + 0.3
    s = rng.normal(size=(4, 7))
    y = s @ curvature
    inverse = np.eye(7) * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
    for one_s, one_y in zip(s, y, strict=True):
        scale = one_s @ one_y
        left = np.eye(7) - np.outer(one_s, one_y) / scale
        inverse = left @ inverse @ left.T + np.outer(one_s, one_s) / scale
    gradient = rng.normal(size=7)
    np.testing.assert_allclose(newton(gradient, s, y), inverse @ gradient)
    np.testing.assert_allclose(newton(y[-1], s, y), s[-1])
    np.testing.assert_array_equal(newton(gradient, s[:0], y[:0]), gradient)


def test_every_step_that_is_kept_fulfils_the_wolfe_conditions():
    theta, optimizer = np.array([-1.2, 1.0]), LBFGS(0.1)
    kept = looked = 0
    while banana(theta)[0] > 1e-20:
        before = optimizer.state.copy()
        loss, gradient = banana(theta)
        optimizer.step(theta, gradient, loss)
        looked += 1
        if before and optimizer.state["trials"] == 0:
            kept += 1
            start, slope = before["start_loss"], before["start_slope"]
            assert loss <= start + C1 * before["alpha"] * slope
            assert abs(gradient @ before["direction"]) <= C2 * abs(slope)
    assert 20 < kept < looked < 60  # it had to look again, and did not do so for ever
    np.testing.assert_allclose(theta, [1, 1])


@pytest.mark.parametrize("stop", range(1, 25, 4))
def test_a_search_goes_on_from_its_saved_state(stop):
    theta, optimizer = np.array([-1.2, 1.0]), LBFGS(0.1)
    copy, part = theta.copy(), LBFGS(0.1)
    for step in range(25):
        loss, gradient = banana(theta)
        optimizer.step(theta, gradient, loss)
        if step == stop:
            resumed = LBFGS(0.1)
            resumed.state = {name: array.copy() for name, array in part.state.items()}
            part = resumed
        loss, gradient = banana(copy)
        part.step(copy, gradient, loss)
    assert theta.tolist() == copy.tolist()


def test_at_the_bottom_it_stays(rng):
    """Where losses differ by rounding only, it neither fails nor runs away."""
    theta, optimizer = rng.normal(size=40).astype(np.float32), LBFGS()
    for step in range(200):
        loss, gradient = bowl(theta.astype(np.float64))
        optimizer.step(theta, gradient.astype(np.float32), loss)
        if step == 60:
            bottom = theta.copy()
    np.testing.assert_allclose(theta, bottom, atol=1e-5)
    optimizer.step(theta, np.zeros_like(theta), loss)
    assert np.isfinite(theta).all()


def test_without_a_first_step_it_stays_where_it_is():
    theta, optimizer = np.array([-1.2, 1.0]), LBFGS(0.0)
    for _ in range(40):
        loss, gradient = banana(theta)
        optimizer.step(theta, gradient, loss)
    assert theta.tolist() == [-1.2, 1.0]


def test_the_next_trial_is_at_the_bottom_of_the_cubic():
    """Of alpha³ - 3 alpha, whose bottom is at 1, from either side."""
    low, high = (Place(x, x**3 - 3 * x, 3 * x**2 - 3) for x in (0.2, 2.5))
    assert next_alpha(low, high) == pytest.approx(1)
    assert next_alpha(high, low) == pytest.approx(1)
    assert next_alpha(low, UNKNOWN) > low.alpha


def test_a_trial_stays_off_the_ends_of_its_bracket():
    steep, flat = Place(0, 0, -1), Place(1, 100, 1e6)
    assert 0.1 <= next_alpha(steep, flat) <= 0.9


def test_a_bracket_closes_in_on_where_the_loss_turns():
    start = Place(0, 0, -1)
    farther, beyond = Place(1, -0.5, -0.95), Place(4, 3, 2)
    assert narrowed(farther, start, start, UNKNOWN) == (farther, UNKNOWN)
    assert narrowed(beyond, start, farther, UNKNOWN) == (farther, beyond)
    rising = Place(2, -0.8, 0.95)
    assert narrowed(rising, start, farther, beyond) == (rising, farther)
    assert math.isinf(UNKNOWN.alpha)
