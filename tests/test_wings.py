"""Which wing may import which, and that a wing can be read by itself."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from rooms import PACKAGE, files, modules_imported, rooms_imported

# From the roof down: whatever stands on a floor imports from lower floors only. Rooms that share a
# floor, and those without a floor of their own, do not import each other.
FLOORS = [
    {"__main__"},
    {"commands"},
    {"plots", "onnx_graph", "estimator", "web", "cluster"},
    {"reader"},
    {"formats", "preprocessing"},
    {"pictures", "network"},
    {"dataset", "files", "archives", "places"},
    {"errors", "parallel", "locks"},
    {"start"},
]
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def test_no_wing_imports_upward_or_sideways():
    for file in (*files().values(), *PACKAGE.glob("*/__init__.py")):
        here = file.relative_to(PACKAGE).with_suffix("").parts[0]
        for module in modules_imported(file):
            assert module or here == "commands", f"{file} imports all of digits"
            there = module.partition(".")[0]
            assert there in ("", here) or FLOOR[here] < FLOOR[there], (file, module)
    assert {name.partition("/")[0] for name in files()} == FLOOR.keys()


def test_no_modules_of_a_wing_import_each_other_in_a_circle():
    for wing in (path.parent for path in PACKAGE.glob("*/__init__.py")):
        names = [name for name in files() if name.startswith(f"{wing.name}/")]
        imports = {Path(name).name: rooms_imported(name, files()[name]) for name in names}
        while leaves := [name for name, others in imports.items() if not others & imports.keys()]:
            for name in leaves:
                del imports[name]
        assert not imports, (wing, imports)


def test_no_module_is_named_like_a_function_that_its_wing_hands_on():
    for init in PACKAGE.glob("*/__init__.py"):
        tree = ast.parse(init.read_text(encoding="utf-8"))
        imported = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom)
                    for alias in node.names]  # fmt: skip
        assert not set(imported) & {file.stem for file in init.parent.glob("*.py")}, init


def loaded(code: str, directory: Path = ROOT) -> set[str]:
    """The modules that a Python of its own has loaded after some code."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}; import json, sys; print(json.dumps(list(sys.modules)))"],
        cwd=directory, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(json.loads(told.stdout.splitlines()[-1]))


def test_the_network_trains_where_the_other_wings_are_not_there(tmp_path):
    (tmp_path / "digits").mkdir()
    for name in ("__init__.py", "errors.py", "parallel.py", "start.py"):
        shutil.copy(PACKAGE / name, tmp_path / "digits")
    shutil.copytree(PACKAGE / "network", tmp_path / "digits" / "network")
    modules = loaded(
        "import numpy as np; from digits import Dense, GradientDescent, Network, train;"
        "network = Network(2, [Dense(1, 'sigmoid')], np.random.default_rng(0));"
        "X = np.tile(np.eye(2), (3000, 1)); y = np.tile([0, 1], 3000);"  # in several slices
        "list(train(network, network.rows(X, y), GradientDescent(0.1), 3))",
        tmp_path,
    )
    own = {name for name in modules if name.startswith("digits.")}
    assert own <= {"digits.errors", "digits.parallel", "digits.start", "digits.network"} | {
        name for name in own if name.startswith("digits.network.")
    }
    assert not {"PIL", "pandas", "matplotlib", "tqdm"} & modules


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("", {"numpy", "PIL"}),
        ("Network", {"PIL", "pandas", "digits.pictures", "digits.reader"}),
        ("read_picture", {"pandas", "digits.network", "digits.reader"}),
        ("load", {"pandas", "matplotlib", "tqdm", "sklearn"}),
    ],
)
def test_a_name_of_the_package_loads_its_own_wing_only(name, without):
    assert not without & loaded(f"import digits; digits.{name}" if name else "import digits")


def test_the_package_has_no_other_names():
    code = "import digits\ntry: digits.nothing\nexcept AttributeError as error: print(error)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout == "module 'digits' has no attribute 'nothing'\n"


def test_project_changes_the_import_path_blas_and_who_answers_ctrl_c_and_nothing_else():
    code = (
        "import os, sys; sys.path.insert(0, 'scripts');"
        "kept = sys.stdout, sys.stderr, sys.stdout.errors, sys.excepthook; env = dict(os.environ);"
        "import project;"
        "assert kept == (sys.stdout, sys.stderr, sys.stdout.errors, sys.excepthook);"
        "new = {k for k in os.environ if env.get(k) != os.environ[k]};"
        "assert new <= {f'{b}_NUM_THREADS' for b in ('OPENBLAS', 'MKL', 'VECLIB')}, new;"
        f"assert sys.path[:2] == [{str(ROOT)!r}, 'scripts']"
    )
    new = loaded(code) - loaded("pass")  # some Pythons load modules of their own at their start
    assert not {"numpy", "tqdm", "PIL", "pathlib", "typing"} & new


def test_what_is_installed_has_every_wing():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for init in PACKAGE.rglob("__init__.py"):
        name = ".".join(init.parent.relative_to(ROOT).parts)
        assert f'"{name}"' in text, name
