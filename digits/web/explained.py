"""The explanation of the network, docs/how-it-works.md, as a page that the served one links to."""

import re
from pathlib import Path

import markdown

from digits.places import DOCS

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How it works</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/style.css">
<link rel="stylesheet" href="/static/served.css">
<main class="prose">
<p><a href="/">Back to the page</a></p>
{text}
</main>
</html>
"""
NAME = "how-it-works.md"
# Files of the project that the text leads to are not served, only named.
ELSEWHERE = re.compile(r'<a href="(?!#|/|https?:)[^"]*">(.*?)</a>', re.DOTALL)


def explanation() -> str:
    """The text as HTML; its headings have the anchors that the page's links name."""
    text = (DOCS / NAME).read_text(encoding="utf-8")
    html = markdown.markdown(text, extensions=["extra", "toc", "sane_lists"])
    return PAGE.format(text=ELSEWHERE.sub(r"\1", html))


def pictures() -> dict[str, Path]:
    """What the text shows, by name."""
    return {path.name: path for path in (DOCS / "images").glob("*.png")}
