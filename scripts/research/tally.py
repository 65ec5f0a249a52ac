"""Count outcomes, and set them as a table."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from trials import FAILED, READ, REFUSED, Outcome

HEAD = ("", "done", "read or done", "refused in one sentence", "failed", "slowest", "most memory")
SHOWN = 3  # cases of each failure


class Tally:
    """What became of all that was tried, row by row of a table."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Outcome]] = defaultdict(list)
        self.skipped: dict[str, str] = {}

    def add(self, outcome: Outcome) -> None:
        self.rows[outcome.row].append(outcome)

    @property
    def failed(self) -> list[Outcome]:
        return [one for row in self.rows.values() for one in row if one.verdict.outcome == FAILED]

    def table(self) -> str:
        """Markdown: a line for each row."""
        lines = [HEAD, ("---",) * len(HEAD), *map(self._line, self.rows)]
        text = [f"| {' | '.join(line)} |" for line in lines]
        text += [f"| {name} | skipped: {why} |{' |' * (len(HEAD) - 2)}"
                 for name, why in self.skipped.items()]  # fmt: skip
        return "\n".join(text)

    def _line(self, row: str) -> tuple[str, ...]:
        found = self.rows[row]
        counts = Counter(outcome.verdict.outcome for outcome in found)
        slowest = max(outcome.ended.seconds for outcome in found)
        most = max(outcome.ended.megabytes for outcome in found)
        figures = (len(found), *(counts[outcome] for outcome in (READ, REFUSED, FAILED)))
        memory = f"{most:,.0f} MB" if most else "–"
        return row, *(f"{figure:,}" for figure in figures), f"{slowest:.1f} s", memory

    def failures(self) -> Iterator[str]:
        """A line for each way to fail, with the first cases of it."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for outcome in self.failed:
            found[outcome.row, outcome.verdict.why].append(outcome.case)
        for (row, why), cases in found.items():
            yield f"FAILED {len(cases):,} times, {row}, {why}: {'; '.join(cases[:SHOWN])}"
