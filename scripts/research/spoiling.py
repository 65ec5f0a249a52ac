"""Spoil a file, give it to its command, and judge what that makes of it."""

import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

from mutations import choice
from saved_files import without_figures
from specimens import Specimen
from trials import FAILED, READ, Ended, Outcome, Verdict, judged, run

FRESH_EVERY = 200  # cases is one given to a new Python with the command's script
NUMBERS = 0.25  # of the pictures are read as numbers


def tried(
    specimens: Sequence[Specimen], part: str, seed: int, keep: Path | None, numbers: Iterable[int]
) -> list[Outcome]:
    """What becomes of some cases of a part; each depends on seed, part and number only."""
    return [tried_once(specimens, part, seed, keep, number) for number in numbers]


def tried_once(
    specimens: Sequence[Specimen], part: str, seed: int, keep: Path | None, number: int
) -> Outcome:
    specimen = specimens[number % len(specimens)]
    rng = np.random.default_rng([seed, crc32(part.encode()), number])
    mutation = choice(list(specimen.mutations), rng)
    target = choice([name for name in specimen.files if name not in specimen.whole], rng)
    files = specimen.files | {target: specimen.mutations[mutation](specimen.files[target], rng)}
    arguments = list(specimen.arguments)
    if part == "pictures" and rng.random() < NUMBERS:
        arguments.append("--number")
    ended, answer = asked(specimen, files, arguments, number % FRESH_EVERY == FRESH_EVERY - 1)
    verdict = judged(ended, arguments[0], (1, 2) if arguments[0] == "train" else (1,))
    if verdict.outcome == READ and mutation in specimen.sealed and answer != untouched(specimen):
        verdict = Verdict(FAILED, "another answer without a word")
    if keep is not None:
        written(files, keep)
    row = f"{part}, checksums mended" if ", checksums mended" in mutation else part
    return Outcome(row, f"{part} {number}: {specimen.name}, {mutation}", verdict, ended)


def asked(
    specimen: Specimen, files: dict[str, bytes], arguments: Sequence[str], fresh: bool = False
) -> tuple[Ended, bytes]:
    """How the command ended, and its answer."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        written(files, directory)
        ended = run(arguments, directory, fresh=fresh, before=without_figures)
        if specimen.answer is None or not (directory / specimen.answer).exists():
            return ended, ended.out
        return ended, (directory / specimen.answer).read_bytes()


def written(files: dict[str, bytes], directory: Path) -> None:
    for name, content in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)


@cache
def answers() -> dict[str, bytes]:
    """The answers to specimens as they are, by their names."""
    return {}


def untouched(specimen: Specimen) -> bytes:
    """The answer to a specimen as it is."""
    if specimen.name not in answers():
        ended, answers()[specimen.name] = asked(specimen, specimen.files, specimen.arguments)
        assert ended.status == 0, (specimen.name, ended)
    return answers()[specimen.name]
