import re

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

import digits as package
from digits.commands import export, terminal
from digits.dataset import PIXELS
from digits.network import Dense
from digits.network.layers import HIDDEN
from digits.places import PRETRAINED
from digits.reader import load
from digits.reader.classifier import PREPROCESSING, DigitClassifier, new_network

onnx = pytest.importorskip("onnx", reason="onnx is not installed")
onnxruntime = pytest.importorskip(
    "onnxruntime", "1.25", reason="no onnxruntime is installed that is exact enough"
)
onnx_graph = pytest.importorskip("digits.onnx_graph")

CLOSE = 1e-5  # ten times nearer than what `export.py` refuses


@pytest.fixture(scope="module")
def exported(small_csv, tmp_path_factory):
    """The shipped model as an ONNX file, by its script."""
    path = tmp_path_factory.mktemp("exported") / "digits.onnx"
    flags = ["--model", PRETRAINED, "--data", small_csv, "--output", path]
    assert export.main([str(flag) for flag in flags]) == 0
    return path


@pytest.mark.parametrize("preprocessing", list(PREPROCESSING))
def test_onnxruntime_answers_as_the_reader_does(digits, rng, preprocessing):
    reader = DigitClassifier(new_network(rng, preprocessing), preprocessing)
    found = onnx_graph.run(onnx_graph.graph_of(reader, {}), digits.images)
    expected = reader.probabilities(digits.images)
    assert found.dtype == np.float32
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).all()
    np.testing.assert_allclose(found, expected, atol=CLOSE)


@pytest.mark.parametrize("hidden", [["tanh", "relu"], ["sigmoid", "linear", "tanh", "relu"], []])
def test_other_stacks_of_layers_are_answered_alike(digits, rng, hidden):
    layers = [Dense(7 + number, activation) for number, activation in enumerate(hidden)]
    network = new_network(rng, layers=[*layers, Dense(10, "softmax")])
    reader = DigitClassifier(network, "canonical")
    found = onnx_graph.run(onnx_graph.graph_of(reader, {}), digits.images)
    np.testing.assert_allclose(found, reader.probabilities(digits.images), atol=CLOSE)


def test_every_activation_of_the_network_has_an_operator():
    assert onnx_graph.OPERATORS.keys() >= {*HIDDEN, "softmax"}


@pytest.mark.parametrize("name", ["digits.pdf", "digits"])
def test_a_file_of_another_kind_is_wrong_usage(name, capsys):
    with pytest.raises(SystemExit) as stop:
        export.main(["--output", name])
    assert (
        stop.value.code == 2 and f"{name} does not end in .html or .onnx" in capsys.readouterr().err
    )


FULL = np.flatnonzero(np.pad(np.ones((26, 26)), 1)).tolist()  # but for black edges


@pytest.mark.parametrize("pixels", [[], [0], [783], [405], [27, 28], [406, 434, 462], FULL])
def test_blank_dotted_and_full_images_are_answered_alike(exported, pixels):
    image = np.zeros((1, PIXELS), np.uint8)
    image[0, pixels] = 255
    found = onnx_graph.run(exported.read_bytes(), image)
    expected = load(PRETRAINED).probabilities(image)
    np.testing.assert_allclose(found, expected, atol=CLOSE)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_any_number_of_images_may_go_in(exported, digits, rows):
    found = onnx_graph.run(exported.read_bytes(), digits.images[:rows])
    together = onnx_graph.run(exported.read_bytes(), digits.images)
    assert found.shape == (rows, 10)
    np.testing.assert_allclose(found, together[:rows], atol=1e-6)


def test_the_graph_passes_the_checker_and_says_what_goes_in_and_out(exported):
    model = onnx.load(exported)
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 20)]
    session = onnxruntime.InferenceSession(exported)
    (into,), (out,) = session.get_inputs(), session.get_outputs()
    assert (into.name, into.type, into.shape) == ("images", "tensor(uint8)", ["N", 28, 28])
    assert (out.name, out.type, out.shape) == ("probabilities", "tensor(float)", ["N", 10])


def test_the_file_tells_version_classes_accuracy_and_where_it_came_from(exported, digits):
    told = onnxruntime.InferenceSession(exported).get_modelmeta().custom_metadata_map
    predicted = load(PRETRAINED).predict(digits.images[-100:])
    assert told == {
        "version": package.__version__,
        "classes": "0 1 2 3 4 5 6 7 8 9",
        "accuracy": f"{(predicted == digits.labels[-100:]).mean():.4f}",
        "test_digits": "100",
        "preprocessing": "canonical",
        "preset": "best",
        "seed": "4",
    }


def test_the_same_model_gives_the_same_file_and_says_how_close_it_is(
    exported, small_csv, tmp_path, capsys
):
    again = tmp_path / "again.onnx"
    flags = ["--model", PRETRAINED, "--data", small_csv, "--output", again]
    assert export.main([str(flag) for flag in flags]) == 0
    assert again.read_bytes() == exported.read_bytes()
    written, compared = capsys.readouterr().out.splitlines()
    assert f"{again}: {again.stat().st_size:,} bytes, opset 20" in written
    assert re.search(r"alike and gives probabilities at most \d\.\de-0\d apart$", compared)


def test_a_graph_that_answers_otherwise_is_not_written(small_csv, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        onnx_graph, "run", lambda graph, images: np.full((len(images), 10), 0.1, np.float32)
    )
    path = tmp_path / "digits.onnx"
    assert (
        export.main(["--model", str(PRETRAINED), "--data", str(small_csv), "--output", str(path)])
        == terminal.BAD_INPUT
    )
    assert "of 101 images otherwise and gives probabilities" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_onnxruntime_the_file_is_written_and_not_compared(
    exported, small_csv, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(export, "find_spec", lambda module: None)
    path = tmp_path / "digits.onnx"
    flags = ["--model", PRETRAINED, "--data", small_csv, "--output", path]
    assert export.main([str(flag) for flag in flags]) == 0
    assert path.read_bytes() == exported.read_bytes()
    assert capsys.readouterr().out.splitlines()[1].startswith("not compared: onnxruntime is not")


def test_without_onnx_the_command_ends_in_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(terminal, "find_spec", lambda module: None)
    path = tmp_path / "digits.onnx"
    assert export.main(["--output", str(path)]) == terminal.BAD_INPUT
    assert capsys.readouterr().err.endswith("onnx is not installed; python -m pip install onnx\n")
    assert not path.exists()


def test_a_csv_without_labels_is_refused(tmp_path, capsys):
    csv = tmp_path / "unlabelled.csv"
    csv.write_text(",".join(["0"] * PIXELS) + "\n")
    flags = ["--model", str(PRETRAINED), "--data", str(csv)]
    flags += ["--output", str(tmp_path / "digits.onnx")]
    assert export.main(flags) == terminal.BAD_INPUT
    assert "has no label column" in capsys.readouterr().err


def test_the_python_of_the_page_runs_and_names_the_digit(
    exported, digits, tmp_path, monkeypatch, capsys
):
    page = (ROOT / "docs" / "export.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "digits.onnx").write_bytes(exported.read_bytes())
    Image.fromarray(digits.images[0].reshape(28, 28)).save(tmp_path / "digit.png")
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    answer, accuracy = capsys.readouterr().out.splitlines()
    assert int(answer[0]) == digits.labels[0]
    assert 0.9 < float(accuracy) <= 1


def test_all_test_digits_and_a_blank_image_are_answered_alike(all_digits):
    images = np.concatenate([all_digits.images[-10_000:], np.zeros((1, PIXELS), np.uint8)])
    reader = load(PRETRAINED)
    found = onnx_graph.run(onnx_graph.graph_of(reader, {}), images)
    expected = reader.probabilities(images)
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).all()
    assert np.abs(found - expected).max() < CLOSE
