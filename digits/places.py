"""Where the bundled digits and the models lie: in a clone, or where the package is installed.

An installed package brings the shipped model inside itself and no digits; what it trains it leaves
under the working directory.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CLONE = _PACKAGE.parent
_INSIDE = _PACKAGE / "models" / "pretrained.npz"
_INSTALLED = _INSIDE.exists()

PRETRAINED = _INSIDE if _INSTALLED else _CLONE / "models" / "pretrained.npz"
DOUBT = PRETRAINED.with_name("doubt.npz")  # the second network
BUNDLED_DIGITS = None if _INSTALLED else _CLONE / "data" / "digits.csv.gz"
MODELS = Path("models") if _INSTALLED else _CLONE / "models"
LATEST = MODELS / "latest"
DOCS = _PACKAGE / "docs" if _INSTALLED else _CLONE / "docs"
MINE = MODELS / "mine"  # the model that has learned a person's hand
MY_DIGITS = (Path("data") if _INSTALLED else _CLONE / "data") / "my_digits.csv"
