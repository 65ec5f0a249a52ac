// The sheet to draw on: strokes of mouse, finger, pen or keys.

import { say } from "./dom.js";

export const SHEET = 1000;  // the side, in the unit of the strokes, however large it is shown
const CLOSE = 2, RUBBER = 20, STEP = 24, FINE_STEP = 6;
export const ARROWS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

export class Sheet {
  // `changed` is called after each change; `begun` before the first one of a stroke.
  constructor(canvas, cursor, changed, begun) {
    Object.assign(this, { canvas, cursor, changed, begun });
    this.strokes = [];  // of [x, y, width of the pen]; a finished one never changes
    this.past = [];  // what the strokes were, for undo
    this.penWidth = 60;
    this.erasing = false;
    this.pointer = this.stroke = null;
    this.at = [SHEET / 2, SHEET / 2];  // where the keys are
    this.held = new Set();
    this.keyPenDown = false;
    this.listen();
  }

  listen() {
    const on = (name, handler) => this.canvas.addEventListener(name, handler.bind(this));
    on("pointerdown", this.pointerDown);
    on("pointermove", this.pointerMove);
    on("pointerup", this.pointerUp);
    on("pointercancel", this.pointerUp);
    on("lostpointercapture", this.pointerUp);
    // else some browsers take a tap after a quick stroke for the end of a fling
    this.canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    on("keydown", this.keyDown);
    on("keyup", (event) => this.held.delete(event.key));
    on("blur", this.leave);
    new ResizeObserver(() => this.paint()).observe(this.canvas);
  }

  pointerDown(event) {
    if (this.pointer !== null || event.button > 0 && event.button !== 5) return;
    this.leave();
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.begin(event.button === 5);  // the other end of a pen
    this.pointerMove(event);
  }

  pointerMove(event) {
    if (event.pointerId !== this.pointer) return;
    this.frame = this.canvas.getBoundingClientRect();  // the page may be scrolled meanwhile
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) this.goTo(...this.placeOf(each));
    this.changed();
  }

  pointerUp(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.end();
  }

  placeOf({ clientX, clientY, pointerType, pressure }) {
    const { left, top, width, height } = this.frame;
    const pressed = pointerType === "pen" && pressure > 0 ? 0.4 + 1.2 * pressure : 1;
    const x = (clientX - left) / width * SHEET, y = (clientY - top) / height * SHEET;
    return [x, y, pressed * this.penWidth];
  }

  begin(rubber = false) {
    this.begun();
    this.past.push([...this.strokes]);
    this.rubbing = this.erasing || rubber;
    this.stroke = null;
  }

  // The pen or the rubber goes on. A stroke ends at the edge; back on the sheet begins another.
  goTo(x, y, width) {
    const inside = Math.min(x, y) >= 0 && Math.max(x, y) <= SHEET;
    const place = [within(x), within(y), width];
    if (this.rubbing) this.strokes = this.strokes.filter((stroke) => !touches(stroke, x, y));
    else if (this.stroke) this.addPoint(place);
    else if (inside) this.strokes.push(this.stroke = [place]);
    if (!inside) this.stroke = null;
  }

  addPoint(place) {
    const [x, y] = this.stroke.at(-1);
    if (Math.hypot(place[0] - x, place[1] - y) >= CLOSE) this.stroke.push(place);
  }

  end() {
    const before = this.past.at(-1) ?? [null];
    const same = before.length === this.strokes.length;
    if (same && before.every((stroke, i) => stroke === this.strokes[i])) this.past.pop();
    this.stroke = null;
    this.changed();
  }

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") this.togglePen(event);
    else if (ARROWS[event.key]) this.moveByKey(event);
  }

  togglePen(event) {
    event.preventDefault();
    if (event.repeat) return;
    this.keyPenDown = !this.keyPenDown;
    if (this.keyPenDown) {
      this.begin();
      this.goTo(...this.at, this.penWidth);
      this.changed();
    } else this.end();
    say(this.keyPenDown ? "pen down" : "pen up");
    this.showCursor();
  }

  // Two arrows held together go aslant.
  moveByKey(event) {
    event.preventDefault();
    this.held.add(event.key);
    const step = event.shiftKey ? FINE_STEP : STEP;
    for (const key of this.held) {
      this.at = this.at.map((old, axis) => within(old + step * ARROWS[key][axis]));
    }
    if (this.keyPenDown) this.goTo(...this.at, this.penWidth);
    if (this.keyPenDown) this.changed();
    this.showCursor();
  }

  leave() {
    if (this.keyPenDown) this.end();
    this.keyPenDown = false;
    this.held.clear();
    this.cursor.hidden = true;
  }

  showCursor() {
    this.cursor.hidden = false;
    this.cursor.classList.toggle("down", this.keyPenDown);
    const [left, top, width] = [...this.at, this.penWidth].map(cssShare);
    Object.assign(this.cursor.style, { left, top, width, height: width });
  }

  undo() {
    this.pointer = null;  // a stroke that is being drawn ends
    if (!this.past.length) return;
    this.strokes = this.past.pop();
    this.stroke = null;
    this.changed();
  }

  clear() {
    if (this.strokes.length) this.past.push(this.strokes);
    this.strokes = [];
    this.stroke = null;
    this.changed();
  }

  paint() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d");
    context.setTransform(side / SHEET, 0, 0, side / SHEET, 0, 0);
    context.clearRect(0, 0, SHEET, SHEET);
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) paintStroke(context, stroke);
  }
}

function within(value) {
  return Math.min(Math.max(value, 0), SHEET);
}

// A length in units of the sheet, as a style has it.
export function cssShare(length) {
  return `${length / SHEET * 100}%`;
}

// In one go where the pen has one width, which looks smoother and is faster.
function paintStroke(context, stroke) {
  const even = stroke.every(([, , width]) => width === stroke[0][2]);
  const parts = even ? [stroke] : stroke.map((place, i) => [stroke[Math.max(0, i - 1)], place]);
  for (const places of parts) {
    context.lineWidth = places.at(-1)[2];
    context.beginPath();
    context.moveTo(places[0][0], places[0][1]);
    for (const [x, y] of places) context.lineTo(x, y);
    context.stroke();
  }
}

// Whether a rubber at (x, y) meets the stroke.
function touches(stroke, x, y) {
  return stroke.some(([x1, y1, width], i) => {
    const [x0, y0] = stroke[Math.max(0, i - 1)], dx = x1 - x0, dy = y1 - y0;
    const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
    const part = Math.min(Math.max(along, 0), 1);
    return Math.hypot(x - x0 - part * dx, y - y0 - part * dy) <= width / 2 + RUBBER;
  });
}
