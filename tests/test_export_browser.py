"""The page of docs/export.md in a browser, offline: onnxruntime-web is installed beforehand."""

import functools
import json
import os
import queue
import re
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from digits.commands import export
from digits.places import PRETRAINED
from digits.reader import load

pytest.importorskip("onnx", reason="onnx is not installed")
MODULES = Path(os.environ.get("DIGITS_NODE_MODULES", "node_modules"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 90  # the browser may take
if not (MODULES / "onnxruntime-web").is_dir():
    pytest.skip("DIGITS_NODE_MODULES has no onnxruntime-web", allow_module_level=True)
if CHROMIUM is None:
    pytest.skip("chromium is not installed", allow_module_level=True)

# Puts each image on the page's canvas and lifts the pen, then draws a line from top to bottom, and
# sends all that the page said.
DRIVER = """<!doctype html>
<iframe src="index.html"></iframe>
<script type="module">
  const send = (what) => fetch("/answers", { method: "POST", body: JSON.stringify(what) });

  async function changed(output, from) {
    while (output.value === from) await new Promise((later) => setTimeout(later, 10));
    return output.value;
  }

  try {
    const images = await (await fetch("images.json")).json();
    const frame = document.querySelector("iframe");
    while (!frame.contentDocument.querySelector("output")) {
      await new Promise((later) => setTimeout(later, 10));
    }
    const page = frame.contentDocument;
    const [output, canvas, clear] = ["output", "canvas", "button"].map((name) =>
      page.querySelector(name));
    const answers = [await changed(output, "loading")];
    for (const image of images) {
      const colours = new Uint8ClampedArray(image.flatMap((ink) => [ink, ink, ink, 255]));
      clear.click();
      canvas.getContext("2d").putImageData(new ImageData(colours, 28, 28), 0, 0);
      canvas.dispatchEvent(new PointerEvent("pointerup"));
      answers.push(await changed(output, "draw a digit"));
    }
    clear.click();
    const { left, top } = canvas.getBoundingClientRect();
    for (let y = 60; y < 220; y += 5) {
      const at = { clientX: left + 140, clientY: top + y, buttons: 1 };
      canvas.dispatchEvent(new PointerEvent(y == 60 ? "pointerdown" : "pointermove", at));
    }
    canvas.dispatchEvent(new PointerEvent("pointerup"));
    answers.push(await changed(output, "draw a digit"));
    send(answers);
  } catch (error) {
    send([String(error)]);
  }
</script>
"""


class Handler(SimpleHTTPRequestHandler):
    """Serves a directory, and keeps what is posted to it."""

    def __init__(self, *args, answers: queue.Queue, **kwargs) -> None:
        self.answers = answers
        super().__init__(*args, **kwargs)

    def do_POST(self) -> None:
        self.answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: pytest's output is for failures."""


@pytest.fixture
def site(small_csv, tmp_path):
    """A directory with the page, the model and onnxruntime-web, as docs/export.md says."""
    directory = tmp_path / "site"
    directory.mkdir()
    (directory / "node_modules").symlink_to(MODULES.resolve())
    (page,) = re.findall(r"```html\n(.*?)```", (ROOT / "docs" / "export.md").read_text(), re.DOTALL)
    (directory / "index.html").write_text(page)
    (directory / "driver.html").write_text(DRIVER)
    flags = ["--model", PRETRAINED, "--data", small_csv]
    flags += ["--output", directory / "digits.onnx"]
    assert export.main([str(flag) for flag in flags]) == 0
    return directory


@pytest.fixture
def served(site):
    """The address of the site on this machine, and the queue of what is posted there."""
    answers: queue.Queue = queue.Queue()
    handler = functools.partial(Handler, directory=site, answers=answers)
    with ThreadingHTTPServer(("localhost", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}", answers
        server.shutdown()
        thread.join()


@pytest.fixture
def browse(tmp_path):
    """Open a page in a browser with a home of its own, closed after the test."""
    opened = []

    def call(address: str) -> None:
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        flags += ["--no-first-run", "--disable-background-networking", "--disable-component-update"]
        opened.append(
            subprocess.Popen(
                [CHROMIUM, *flags, f"--user-data-dir={tmp_path / 'chromium'}", address],
                env={**os.environ, "HOME": str(tmp_path)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    yield call
    for browser in opened:
        browser.terminate()
        browser.wait()


def test_the_page_names_ten_test_digits_and_a_line_drawn_on_it(all_digits, site, served, browse):
    test = slice(-10_000, None)
    images, labels = all_digits.images[test], all_digits.labels[test]
    ten = [np.flatnonzero(labels == digit)[0] for digit in range(10)]
    (site / "images.json").write_text(json.dumps(images[ten].tolist()))
    address, answers = served
    browse(f"{address}/driver.html")
    loaded, *named, line = answers.get(timeout=SECONDS)
    assert loaded == "draw a digit" and line[0] == "1"
    reader = load(PRETRAINED)
    sure = reader.probabilities(images[ten]).max(axis=1)
    expected = [f"{digit}  {100 * p:.1f} %" for digit, p in enumerate(sure)]
    assert named == expected
