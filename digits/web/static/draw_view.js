// The first view: what is drawn, or a picture that is shown, and what the network says of it.

import { byId, element, percent, setText } from "./dom.js";
import { Sheet, cssShare } from "./canvas.js";
import { paintInk } from "./images.js";
import { rivals } from "./neuron_detail.js";

const SETTLED = 150, SPOKEN = 700;  // ms without a change, before more is computed, and said aloud
const NOTHING = new Uint8Array(784);

export class DrawView {
  constructor(reader) {
    this.reader = reader;
    this.off = new Set();  // neurons that are switched off, "layer:unit"
    this.shown = null;  // {image, picture, boxes} that stand in place of strokes
    this.finished = false;  // whether the next stroke begins a new drawing
    this.following = [];  // called with the reading of each frame
    this.settling = [];  // called with it once the pen rests
    const changed = () => this.refresh(), begun = () => this.beginStroke();
    this.sheet = new Sheet(byId("canvas"), byId("cursor"), changed, begun);
    this.bars = Array.from({ length: 10 }, (_, digit) => bar(digit));
    byId("bars").append(...this.bars.map(({ row }) => row));
    this.listen();
    this.refresh();
  }

  // The first answers take longest, as the browser compiles what gives them: not while one draws.
  warmUp() {
    const line = Array.from({ length: 30 }, (_, i) => [300 + 10 * i, 30 * i, 60]);
    for (let i = 1; i <= line.length; i += 3) {
      const reading = this.reader.answer([line.slice(0, i)]);
      this.following.forEach((follow) => follow(reading));
    }
  }

  listen() {
    byId("undo").onclick = () => this.undo();
    byId("clear").onclick = () => this.clear();
    byId("erase").onclick = () => this.toggleErasing();
    byId("pen-width").oninput = ({ target }) => { this.sheet.penWidth = Number(target.value); };
    document.addEventListener("keydown", (event) => this.shortcut(event));
  }

  shortcut(event) {
    if (byId("view-draw").hidden || event.altKey || event.shiftKey) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "z") this.undo();
    else if (!command && event.key === "Escape") this.clear();
    else if (!command && event.key === "Delete" && !event.target.matches("input")) this.clear();
    else return;
    event.preventDefault();
  }

  undo() {
    this.shown = null;
    this.finished = false;
    this.sheet.undo();
  }

  clear() {
    this.shown = null;
    this.finished = false;
    this.sheet.clear();
  }

  toggleErasing() {
    this.sheet.erasing = !this.sheet.erasing;
    byId("erase").setAttribute("aria-pressed", this.sheet.erasing);
    byId("canvas").classList.toggle("erasing", this.sheet.erasing);
  }

  beginStroke() {
    const rubbed = this.sheet.erasing && !this.shown;
    if (this.shown || this.finished && !rubbed) this.clear();
    this.finished = false;
  }

  // Show a 28 x 28 image in place of strokes, or a picture with what was read in it.
  open(image, caption, picture = null) {
    this.sheet.clear();
    this.shown = { image, caption, picture };
    this.refresh();
  }

  // Read again at the next frame; several changes of one frame are read once.
  refresh() {
    this.version = (this.version ?? 0) + 1;
    this.frame ??= requestAnimationFrame(() => this.update());
    clearTimeout(this.settled);
    clearTimeout(this.spoken);
    const settle = () => this.settling.forEach((follow) => follow(this.reading));
    this.settled = setTimeout(settle, SETTLED);
    this.spoken = setTimeout(() => setText(byId("spoken"), byId("answer").textContent), SPOKEN);
  }

  update() {
    this.frame = null;
    this.reading = this.read();
    this.sheet.paint();
    this.showSheet();
    this.showBoxes(this.shown?.picture?.boxes ?? []);
    this.showAnswer(this.shown?.picture?.words ?? words(this.reading));
    this.bars.forEach((row, digit) => row.show(this.reading, digit));
    for (const [id, key] of [["image28", "image"], ["posed", "posed"]]) {
      paintInk(byId(id), this.reading?.[key] ?? NOTHING);
    }
    this.following.forEach((follow) => follow(this.reading));
  }

  read() {
    if (this.shown) {
      const { image, picture } = this.shown, reading = this.reader.readImage(image, this.off);
      if (!image.some((level) => level)) return null;
      const doubt = reading.confident ? null : "not sure";
      return { ...reading, image, reason: picture?.several ? "several digits" : doubt };
    }
    if (!this.sheet.strokes.length) return null;
    const reading = this.reader.answer(this.sheet.strokes, this.off);
    return reading.reason === "blank" ? null : reading;
  }

  showSheet() {
    const picture = this.shown?.picture, image = byId("sheet-picture");
    byId("sheet-image").hidden = !this.shown || Boolean(picture);
    image.hidden = !picture;
    if (this.shown && !picture) paintInk(byId("sheet-image"), this.shown.image);
    if (picture && image.src !== picture.url) image.src = picture.url;
    byId("canvas-hint").hidden = Boolean(this.shown) || this.sheet.strokes.length > 0;
    setText(byId("caption"), this.shown?.caption ?? "");
    byId("undo").disabled = !this.sheet.past.length;
    byId("clear").disabled = !this.shown && !this.sheet.strokes.length;
  }

  // What was read, as the largest words, what follows them, and a mark between, not always seen.
  showAnswer([large, small = "", mark = ", "]) {
    setText(byId("answer-large"), large);
    setText(byId("answer-mark"), small && mark);
    setText(byId("answer-small"), small);
    byId("answer").classList.toggle("long", large.length > 3);
    byId("answer").classList.toggle("none", !this.reading);
  }

  // Digits in their places, boxes [x, y, width, height] in units of the sheet.
  showBoxes(digits) {
    byId("boxes").replaceChildren(...digits.map(({ digit, box: [x, y, width, height] }) => {
      const box = element("span", element(y < 60 ? "b.inside" : "b", digit));
      const [left, top, across, down] = [x, y, width, height].map(cssShare);
      Object.assign(box.style, { left, top, width: across, height: down });
      return box;
    }));
  }
}

// The answer or the doubt, as `showAnswer` takes it.
function words(reading) {
  if (!reading) return ["no digit yet"];
  const { probabilities, label, likeness, reason } = reading;
  if (reason === "several digits") return ["several digits"];
  if (!reason) return [String(label), percent(probabilities[label])];
  const strange = likeness && likeness < probabilities[label] ** 2;  // the second network doubts more
  const [, second] = rivals(probabilities, label);
  return ["not sure", strange ? "unlike any digit it has learned" : `${label} or ${second}`, ": "];
}

// One digit's row: its probability as a bar and in numbers.
function bar(digit) {
  const fill = element("span"), number = element("span.number");
  const row = element("li", element("b", digit), element("span.track", fill), number);
  const show = (reading, own) => {
    const share = reading ? reading.probabilities[own] : 0;
    fill.style.transform = `scaleX(${share})`;
    setText(number, reading ? percent(share) : "–");
    const one = reading?.reason !== "several digits";
    row.classList.toggle("likeliest", one && reading?.label === own);
  };
  return { row, show };
}
