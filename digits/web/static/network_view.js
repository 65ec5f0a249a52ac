// The network at work: its neurons as they fire, and the connections that count most.

import { ARROWS } from "./canvas.js";
import { byId, percent, setText, svgElement } from "./dom.js";
import { paintInk, smallCanvas } from "./images.js";
import { Neuron, setAll } from "./neuron.js";

const LINES = 36;  // between two layers
const TOP = 30, BLANK = new Uint8Array(784);

export class NetworkView {
  // `chosen` is called with (layer, unit) when a neuron is chosen.
  constructor(network, off, chosen) {
    Object.assign(this, { network, off, chosen });
    this.selected = null;  // [layer, unit], or null for the likeliest output
    this.side = this.corner = 0;  // of the image, until there is room for it
    this.host = byId("network");
    this.image = smallCanvas("what the network sees");
    this.svg = svgElement("svg");
    this.build();
    new ResizeObserver(() => this.place()).observe(this.host);
  }

  build() {
    const { layers } = this.network, last = layers.length - 1;
    this.lines = layers.map(() => Array.from({ length: LINES }, () => svgElement("line")));
    this.neurons = layers.map(({ units }, layer) =>
      Array.from({ length: units }, (_, unit) => new Neuron(layer, unit, layer === last)));
    this.titles = layers.map((_, layer) =>
      svgElement("text", layer === last ? "digit" : `hidden ${layer + 1}`));
    this.share = svgElement("text");
    const unseen = [...this.lines.flat(), ...this.titles, this.share];
    this.svg.replaceChildren(svgElement("g", { "aria-hidden": "true" }, ...unseen),
      ...this.neurons.flat().map(({ node }) => node));
    for (const { node, layer, unit } of this.neurons.flat()) {
      node.addEventListener("click", () => this.select(layer, unit));
      node.addEventListener("keydown", (event) => this.keyDown(event, layer, unit));
    }
    this.host.replaceChildren(this.image, this.svg);
    this.place();
    this.mark();
  }

  // Where everything is, in CSS pixels, so that words keep their size; neurons are farther apart
  // where fingers choose them.
  place() {
    const width = this.host.clientWidth;
    if (!width) return;
    const narrow = width < 480, most = Math.max(...this.network.layers.map(({ units }) => units));
    const row = Math.max(12, Math.min(narrow ? 44 : 26, 26 * 44 / most));
    const height = TOP + row * most, side = narrow ? 84 : 128, right = width - 88;
    this.side = side;
    this.corner = TOP + (row * most - side) / 2;
    Object.assign(this.image.style, { width: `${side}px`, top: `${this.corner}px` });
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.style.height = `${height}px`;
    this.neurons.forEach((column, layer) => {
      const x = side + (layer + 1) * (right - side) / this.neurons.length;
      const step = row * most / column.length, target = Math.min(step, 44);
      column.forEach((neuron, unit) =>
        neuron.place(x, TOP + (unit + 0.5) * step, target, row * 0.34));
      setAll(this.titles[layer], { x, y: 14, "text-anchor": "middle" });
    });
    this.show(this.reading);
  }

  show(reading) {
    this.reading = reading;
    paintInk(this.image, reading?.posed ?? BLANK);
    this.neurons.forEach((column, layer) => {
      const a = reading?.values[layer + 1] ?? column.map(() => 0);
      const most = scaleOf(this.network.layers[layer].activation, a);
      column.forEach((neuron, unit) =>
        neuron.show(a[unit], most, this.off.has(`${layer}:${unit}`), reading?.label));
    });
    this.lines.forEach((lines, layer) => this.showLines(lines, layer));
    setText(this.share, reading ? percent(reading.probabilities[reading.label]) : "");
    const { x, y, radius } = this.neurons.at(-1)[reading?.label ?? 0];
    setAll(this.share, { x: x + radius + 22, y: y + 4.5 });
  }

  showLines(lines, layer) {
    const found = this.reading ? this.strongest(layer) : [], most = Math.abs(found[0]?.[0] ?? 1);
    lines.forEach((line, n) => {
      line.classList.toggle("none", n >= found.length);
      if (n >= found.length) return;
      const [product, from, to] = found[n], [x1, y1] = this.startOf(layer, from);
      const { x, y } = this.neurons[layer][to];
      const share = Math.abs(product) / most;
      line.setAttribute("class", product > 0 ? "for" : "against");
      setAll(line, { x1, y1, x2: x, y2: y });
      line.style.strokeWidth = 0.5 + 2.5 * share;
      line.style.opacity = 0.15 + 0.75 * share;
    });
  }

  // The connections into a layer with the largest |weight x activation|; of a chosen neuron, its
  // own.
  strongest(layer) {
    const { W, units } = this.network.layers[layer], below = this.reading.values[layer];
    const only = this.selected?.[0] === layer ? this.selected[1] : null;
    const source = this.selected && this.selected[0] === layer - 1 ? this.selected[1] : null;
    const found = [];
    below.forEach((value, from) => {
      if (!value || source !== null && from !== source) return;
      for (let to = 0; to < units; to++) {
        if (only === null || to === only) found.push([value * W[from * units + to], from, to]);
      }
    });
    return largest(found, LINES);
  }

  startOf(layer, from) {
    if (layer) return [this.neurons[layer - 1][from].x, this.neurons[layer - 1][from].y];
    const pixel = this.side / 28;
    return [(from % 28 + 0.5) * pixel, this.corner + (Math.floor(from / 28) + 0.5) * pixel];
  }

  select(layer, unit) {
    const again = this.selected?.[0] === layer && this.selected[1] === unit;
    this.selected = again ? null : [layer, unit];
    this.mark();
    this.show(this.reading);
    this.chosen();
  }

  // One neuron can be reached by Tab: the chosen one, else the first.
  mark(focus = this.selected ?? [0, 0]) {
    for (const { node, layer, unit } of this.neurons.flat()) {
      const chosen = this.selected?.[0] === layer && this.selected[1] === unit;
      node.setAttribute("tabindex", focus[0] === layer && focus[1] === unit ? 0 : -1);
      node.setAttribute("aria-pressed", chosen);
    }
  }

  keyDown(event, layer, unit) {
    if (event.key === "Enter" || event.key === " ") this.select(layer, unit);
    else {
      const [across, down] = ARROWS[event.key] ?? [], column = this.neurons[layer + across];
      if (!column) return;
      const beside = (unit + 0.5) / this.neurons[layer].length * column.length - 0.5;
      const there = across ? Math.round(beside) : unit + down;
      const next = Math.min(Math.max(there, 0), column.length - 1);
      this.mark([layer + across, next]);
      column[next].node.focus();
    }
    event.preventDefault();
  }

  // For a screen reader, once the pen rests: it need not follow each frame.
  describe() {
    this.neurons.flat().forEach((neuron) => neuron.describe(Boolean(this.reading)));
  }
}

// What is shown as a full circle: 1 where activations end there.
function scaleOf(activation, values) {
  return ["relu", "linear"].includes(activation) ? Math.max(...values.map(Math.abs), 1e-9) : 1;
}

// The first by size, the rest left unsorted: this is done at each frame.
function largest(found, count) {
  const sizes = Float32Array.from(found, ([product]) => Math.abs(product)).sort();
  const least = sizes[Math.max(0, sizes.length - count)] ?? 0;
  return found.filter(([product]) => Math.fround(Math.abs(product)) >= least).slice(0, count)
    .sort(([a], [b]) => Math.abs(b) - Math.abs(a));
}
