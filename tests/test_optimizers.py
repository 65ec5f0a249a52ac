import numpy as np
import pytest

from digits.network.optimizers import Adam, GradientDescent, Rprop, warmup_cosine

STEPS = 60


def gradients(theta):
    """Slopes of a badly scaled bowl with a little swirl, so that signs flip and steps matter."""
    scale = np.linspace(0.1, 12, theta.size, dtype=theta.dtype)
    return scale * (theta - 1) + np.sin(5 * theta)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (GradientDescent(0.05), ("SGD", {"lr": 0.05})),
        (GradientDescent(0.05, 0.9), ("SGD", {"lr": 0.05, "momentum": 0.9})),
        (
            GradientDescent(0.05, 0.9, nesterov=True),
            ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
        ),
        (Rprop(0.01), ("Rprop", {"lr": 0.01})),
        (Adam(0.05), ("Adam", {"lr": 0.05})),
    ],
    ids=["plain", "heavy ball", "Nesterov", "Rprop", "Adam"],
)
def test_steps_are_those_of_pytorch(ours, theirs, rng):
    torch = pytest.importorskip("torch", reason="PyTorch, the reference, is not installed")
    theta = rng.normal(size=50).astype(np.float32)
    reference = torch.tensor(theta, requires_grad=True)
    name, options = theirs
    optimizer = getattr(torch.optim, name)([reference], **options)
    for step in range(STEPS):
        gradient = gradients(theta)
        reference.grad = torch.tensor(gradient)
        optimizer.step()
        ours.step(theta, gradient)
        np.testing.assert_allclose(
            theta, reference.detach().numpy(), rtol=2e-6, atol=2e-6, err_msg=f"step {step}"
        )


@pytest.mark.parametrize(
    "optimizer",
    [GradientDescent(0.02), GradientDescent(0.02, 0.8, nesterov=True), Rprop(0.1), Adam(0.1)],
    ids=["plain", "Nesterov", "Rprop", "Adam"],
)
def test_a_bowl_is_walked_down_to_its_bottom(optimizer):
    bottom, theta = np.array([1.0, -2.0, 0.5]), np.zeros(3)
    for _ in range(1000):
        optimizer.step(theta, np.array([1.0, 10.0, 40.0]) * (theta - bottom))
    np.testing.assert_allclose(theta, bottom, atol=1e-3)


def test_plain_descent_on_a_bowl_is_its_closed_form():
    theta, optimizer = np.array([3.0]), GradientDescent(0.1)
    for _ in range(10):
        optimizer.step(theta, 2.0 * theta)
    assert theta[0] == pytest.approx(3 * (1 - 0.2) ** 10)


def test_the_learning_rate_rises_straight_and_falls_as_half_a_cosine():
    rate = warmup_cosine(2.0, warmup=4, steps=24)
    assert [rate(step) for step in range(4)] == [0.5, 1, 1.5, 2]
    assert rate(4) == pytest.approx(2)
    assert rate(14) == pytest.approx(1)
    assert rate(24) == pytest.approx(0)


def test_an_optimizer_goes_on_from_its_saved_state(rng):
    for make in (lambda: GradientDescent(0.05, 0.9), Rprop, Adam):
        whole, theta = make(), np.ones(5)
        part, copy = make(), np.ones(5)
        for step in range(10):
            whole.step(theta, gradients(theta))
            if step == 5:
                resumed = make()
                resumed.state = {name: array.copy() for name, array in part.state.items()}
                part = resumed
            part.step(copy, gradients(copy))
        assert theta.tolist() == copy.tolist()
