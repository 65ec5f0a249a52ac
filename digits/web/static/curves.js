// Curves that grow with the epochs, with their axes.

import { element, percent, svgElement } from "./dom.js";

const LOSSES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const HEIGHT = 216, LEFT = 50, RIGHT = 46, ABOVE = 12, BELOW = 38;

export class Curves {
  // series: [key of an epoch's record, name, class]; scale: `accuracyScale` or `lossScale`.
  constructor(title, series, scale) {
    Object.assign(this, { title, series, scale });
    this.svg = svgElement("svg.curves", { role: "img", height: HEIGHT });
    this.node = element("figure.chart", element("h2", title), this.svg);
    this.records = [];
    this.epochs = 1;
    new ResizeObserver(() => this.paint()).observe(this.svg);
  }

  show(records, epochs) {
    Object.assign(this, { records, epochs: Math.max(epochs, 1) });
    this.frame ??= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = null;
    const width = this.svg.clientWidth;
    if (!width) return;
    const keys = this.series.map(([key]) => key);
    const { low, high, ticks, at, write } = this.scale(this.records, keys);
    const x = (epoch) => LEFT + (width - LEFT - RIGHT) * epoch / this.epochs;
    const y = (value) => {
      const share = (at(value) - at(low)) / (at(high) - at(low));
      return ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - Math.min(Math.max(share, 0), 1));
    };
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.svg.setAttribute("aria-label", this.inWords(write));
    this.svg.replaceChildren(
      ...ticks.flatMap((tick) => [
        svgElement("line.grid", { x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
        written(LEFT - 8, y(tick) + 4, write(tick, 0), "end")]),
      ...roundSteps(this.epochs, 5).map((epoch) => written(x(epoch), HEIGHT - BELOW + 18, epoch)),
      written((LEFT + width - RIGHT) / 2, HEIGHT - 2, "epochs"),
      ...this.series.map(([key, , kind]) => {
        const points = this.records.filter((record) => record[key] >= low)
          .map((record) => `${x(record.epoch)},${y(record[key])}`);
        return svgElement(`polyline.curve.${kind}`, { points: points.join(" ") });
      }),
      ...this.names(x, y));
  }

  // Each curve has its name at its end, not over another's.
  names(x, y) {
    const last = this.records.at(-1);
    if (!last) return [];
    const ends = this.series.map(([key, name, kind]) => ({ name, kind, y: y(last[key]) + 4 }));
    ends.sort((a, b) => a.y - b.y);
    ends.forEach((end, i) => { if (i) end.y = Math.max(end.y, ends[i - 1].y + 14); });
    return ends.map((end) =>
      svgElement(`text.${end.kind}`, { x: x(last.epoch) + 6, y: end.y }, end.name));
  }

  inWords(write) {
    const last = this.records.at(-1);
    if (!last) return `${this.title}: nothing yet`;
    const values = this.series.map(([key, name]) => `${name} ${write(last[key], 2)}`).join(", ");
    return `${this.title} after epoch ${last.epoch}: ${values}`;
  }
}

function written(x, y, text, anchor = "middle") {
  return svgElement("text", { x, y, "text-anchor": anchor }, text);
}

// Shares right, 0 to 100 %; the upper part alone once it matters.
export function accuracyScale(records, keys) {
  const best = Math.max(0, ...records.map((record) => record[keys.at(-1)]));
  const first = records[0]?.[keys.at(-1)] ?? 0;
  // what is below is not drawn
  const low = first > 0.95 ? 0.95 : best > 0.9 ? 0.8 : 0, step = (1 - low) / 5;
  const ticks = Array.from({ length: 6 }, (_, i) => low + i * step);
  return { low, high: 1, ticks, at: (value) => value, write: percent };
}

// Losses by factors: most of the way down is between small ones.
export function lossScale(records, keys) {
  const all = records.flatMap((record) => keys.map((key) => Math.max(record[key], LOSSES[0])));
  const low = Math.min(0.1, ...all) * 0.9, high = Math.max(2.5, ...all);
  const ticks = LOSSES.filter((tick) => tick >= low && tick <= high);
  const write = (value, places) => (places ? value.toFixed(4) : String(value));
  return { low, high, ticks, at: Math.log, write };
}

// 0, 20, 40 …: at most so many steps up to a count.
function roundSteps(count, most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(count / most, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => count / each <= most);
  return Array.from({ length: Math.floor(count / step) + 1 }, (_, i) => i * step);
}
