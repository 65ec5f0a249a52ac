"""What the files of the package import, told from their text."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "digits"


def files() -> dict[str, Path]:
    """Every module by its path within the package, but for what hands names on."""
    paths = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return {path.as_posix(): PACKAGE / f"{path}.py" for path in paths if path.name != "__init__"}


def modules_imported(file: Path) -> set[str]:
    """Dotted names within the package that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "digits":
            found |= {alias.name for alias in node.names if alias.name != "__version__"}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("digits."):
            module = node.module.removeprefix("digits.")
            names = {alias.name for alias in node.names}
            inside = {name for name in names if (PACKAGE / module / f"{name}.py").exists()}
            found |= {f"{module}.{name}" for name in inside}
            if names - inside:
                found.add(module)
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            ours = (name for name in names if name.partition(".")[0] == "digits")
            found |= {name.partition(".")[2] for name in ours}
    return found


def rooms_imported(name: str, file: Path) -> set[str]:
    """Modules of the same wing by their own names, and other wings and rooms by theirs."""
    wing = name.partition("/")[0] if "/" in name else None
    rooms = set()
    for module in filter(None, modules_imported(file)):
        first, _, rest = module.partition(".")
        rooms.add(rest if first == wing and rest else first)
    return rooms
