"""Models and checkpoints that are spoilt, beneath their checksums too."""

import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from digits.commands import report
from digits.dataset import Digits
from digits.places import PRETRAINED
from mutations import (
    MUTATIONS,
    ODD,
    choice,
    in_seal,
    in_zip,
    mended,
    sealed,
    zip_comment,
    zip_members,
    zipped,
)
from specimens import Specimen, csv_text, png_of
from trials import run

TRAIN = ("train", "--quiet", "--drawn", "0", "--data", "digits.csv", "--output", ".")


def with_odd_field(content: bytes, rng: np.random.Generator) -> bytes:
    arrays = arrays_in(content)
    header = odd_field(json.loads(str(arrays["header"])), rng)
    return saved({**arrays, "header": np.array(json.dumps(header))}, content)


def with_odd_array(content: bytes, rng: np.random.Generator) -> bytes:
    return saved(odd_array(arrays_in(content), rng), content)


def arrays_in(content: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content)) as archive:
        return dict(archive)


def saved(arrays: dict[str, Any], like: bytes) -> bytes:
    """Arrays in a file that is sealed like another."""
    np.savez(stream := io.BytesIO(), **arrays)
    return sealed(zipped(zip_members(stream.getvalue()), zip_comment(like)))


def odd_field(header: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """A copy in which a field, however deep, is odd or missing."""
    copy = json.loads(json.dumps(header))
    owner = copy
    while True:
        key = list(owner)[int(rng.integers(len(owner)))]
        if not (isinstance(owner[key], dict) and owner[key] and rng.random() < 0.8):
            break
        owner = owner[key]
    if rng.random() < 0.2:
        del owner[key]
    else:
        owner[key] = ODD[int(rng.integers(len(ODD)))]
    return copy


def odd_array(arrays: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, Any]:
    """A copy in which an array is odd or missing, or one too many."""
    name = choice([name for name, array in arrays.items() if array.dtype.kind != "U"], rng)
    array = arrays[name]
    odd: tuple[Any, ...] = (
        None, array.astype(np.float64), array.astype("U8"), array[None], array.reshape(-1)[:-1],
        np.full_like(array, np.nan) if array.dtype.kind == "f" else np.full_like(array, -5),
        np.full_like(array, 255), np.zeros(0), np.array(7), np.array([{}], object),
        np.array("text"), array.astype(complex),
    )  # fmt: skip
    chosen = odd[int(rng.integers(len(odd)))]
    if rng.random() < 0.1:
        return {**arrays, "extra": chosen}
    rest = {other: content for other, content in arrays.items() if other != name}
    return rest if chosen is None else {**rest, name: chosen}


# Bytes, and those beneath the checksums of the zip file, are told by the seal; what is beneath the
# seal as well may be whatever somebody else's program has written.
TOLD = MUTATIONS | mended(in_zip, "zip checksums mended")
SPOILT = (
    TOLD
    | mended(in_seal)
    | {
        "field, checksums mended": with_odd_field,
        "array, checksums mended": with_odd_array,
        "field, checksums mended (2)": with_odd_field,
        "array, checksums mended (2)": with_odd_array,
    }
)


def models(digits: Digits) -> Iterator[Specimen]:
    """The shipped model, and the model and the checkpoints of short runs."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "digits.csv").write_bytes(csv_text())
        picture = png_of(digits.images[1])
        yield model_of("shipped model", PRETRAINED.read_bytes(), picture)
        for optimizer in ("gd", "rprop", "lbfgs", "adam"):
            flags = ("--epochs", "3", "--optimizer", optimizer)
            started = run([*TRAIN, *flags], directory, before=without_figures)
            assert started.status == 0, started.err
            if optimizer == "gd":
                yield model_of("model", (directory / "model.npz").read_bytes(), picture)
            content = (directory / "checkpoint.npz").read_bytes()
            yield Specimen(
                f"checkpoint, {optimizer}",
                {"checkpoint.npz": content, "digits.csv": csv_text()},
                ("train", "--quiet", "--resume", "--data", "digits.csv", "--epochs", "4",
                 "--output", "."),
                SPOILT,
                sealed=frozenset(TOLD),
                whole=("digits.csv",),
                answer="model.npz",
            )  # fmt: skip


def without_figures() -> None:
    """Leave the figures of `train` out, which take a hundred times as long as the rest."""
    report.draw_history = report.draw_evaluation = lambda *_: None  # type: ignore[assignment]


def model_of(name: str, content: bytes, picture: bytes) -> Specimen:
    return Specimen(
        name,
        {"model.npz": content, "picture.png": picture},
        ("predict", "--model", "model.npz", "--json", "picture.png"),
        SPOILT,
        sealed=frozenset(TOLD),
        whole=("picture.png",),
    )
