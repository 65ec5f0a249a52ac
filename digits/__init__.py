"""Handwritten digits read by a neural network written from scratch in NumPy."""

TYPE_CHECKING = False  # as `typing` has it, which takes longer to load than all else here
if TYPE_CHECKING:
    from digits.network import Adam, Dense, GradientDescent, Network, Rprop, train
    from digits.pictures import read_picture
    from digits.reader import DigitClassifier, load

__all__ = [
    "Adam",
    "Dense",
    "DigitClassifier",
    "GradientDescent",
    "Network",
    "Rprop",
    "load",
    "read_picture",
    "train",
]
__version__ = "2.0.0.dev0"

# Each name is fetched from its wing when it is first asked for, so that whoever wants one wing
# loads no other.
_WINGS = {"DigitClassifier": "reader", "load": "reader", "read_picture": "pictures"}


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # here, as programs that end early need none

    value: object = getattr(import_module(f"{__name__}.{_WINGS.get(name, 'network')}"), name)
    globals()[name] = value
    return value
