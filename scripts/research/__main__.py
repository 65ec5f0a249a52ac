"""Measures, and draws, what the documents tell: python scripts/research NAME ..."""

import ast
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "examples"))  # for `project`, and for the exercises to compare

import project  # noqa: E402  (it needs the line above)


def main() -> int:
    given = sys.argv[1:2]
    commands = summaries()
    if given and given[0] in commands:
        sys.argv[:2] = [f"research {given[0]}"]  # what its usage and its sentences begin with
        module = given[0] if (HERE / f"{given[0]}.py").exists() else f"{given[0]}_"
        status: int = import_module(module).main()
        return status
    asked = given == ["--help"] or given == ["-h"]
    lines = ["usage: python scripts/research NAME ...", ""]
    if given and not asked:
        lines.insert(0, f"research: {given[0]!r} is none of these, expected {', '.join(commands)}")
    lines += [f"  {name:<12}{text}" for name, text in commands.items()]
    print("\n".join(lines), file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


def summaries() -> dict[str, str]:
    """The first line of each file here that is a command, by its name.

    A file ends in an underscore where the standard library has a module of the command's name.
    """
    found = {}
    for path in sorted(HERE.glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(part, ast.FunctionDef) and part.name == "main" for part in tree.body):
            found[path.stem.rstrip("_")] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


if __name__ == "__main__":
    raise SystemExit(main())
