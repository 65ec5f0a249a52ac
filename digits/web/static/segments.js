// Where the digits of a number are: digits/pictures/segments.py.

import { boxOf, componentsOf } from "./components.js";
import { maximumFilter } from "./filters.js";
import { part } from "./mnist_like.js";

const COVERED = 0.5, BESIDE = 0.3, PART = 0.4, MARK = 0.35, WIDE = 1.2, THIN = 0.15, TALL = 0.7, ASIDE = 0.05;

// The ink of each digit, left to right, each as large as the drawing and blank elsewhere.
export function digitsIn(ink) {
  const { labels, boxes } = componentsOf(ink), { height, width } = ink;
  if (!boxes.length) return [];
  const groups = gathered(boxes), rim = Math.max(1, Math.floor(Math.max(height, width) / 200));
  if (groups.length === 1 && groups[0].length === boxes.length) return parted(ink);
  return groups.flatMap((group) => {
    const own = new Set(group.map((i) => i + 1));
    const mask = { share: Float32Array.from(labels, (label) => +own.has(label)), height, width };
    const grown = maximumFilter(mask, rim);
    const near = part(grown, rim, rim, rim + height, rim + width).share;
    const share = ink.share.map((level, i) => near[i] && (own.has(labels[i]) || !labels[i]) ? level : 0);
    return parted({ share, height, width });
  });
}

// Numbers of the boxes that make up each digit, left to right.
function gathered(boxes) {
  const groups = boxes.map((_, i) => [i]).sort(([a], [b]) => boxes[a][1] - boxes[b][1]);
  const spansOf = (groups) => groups.map((group) => around(group.map((i) => boxes[i])));
  const tallest = Math.max(...boxes.map(tallness));
  const joined = (groups, lowest) => {
    for (let pair; (pair = toJoin(spansOf(groups), lowest));) {
      const [first, second] = pair;
      groups[first].push(...groups.splice(second, 1)[0]);
    }
    return groups;
  };
  const whole = joined(groups, 0), marks = marksAmong(spansOf(whole), MARK * tallest);
  return joined(whole.filter((_, i) => !marks[i]), PART * tallest);
}

function toJoin(spans, lowest) {
  for (let first = 0; first < spans.length; first++) {
    for (let second = first + 1; second < spans.length; second++) {
      if (ofOneDigit(spans[first], spans[second])) return [first, second];
    }
  }
  const small = spans.findIndex((span) => tallness(span) < lowest);
  if (small < 0 || spans.length === 1) return null;
  const gaps = spans.map((span, i) => i === small ? Infinity : gap(spans[small], span));
  return [small, gaps.indexOf(Math.min(...gaps))].sort((a, b) => a - b);
}

// Whether each stands at the foot of the nearest larger one, as commas and dots do.
function marksAmong(spans, longest) {
  const isSmall = ([top, left, bottom, right]) => Math.max(bottom - top, right - left) <= longest;
  const large = spans.filter((span) => !isSmall(span));
  return spans.map((span) => {
    if (!isSmall(span) || !large.length) return false;
    const gaps = large.map((other) => gap(span, other));
    const foot = large[gaps.indexOf(Math.min(...gaps))][2];
    return span[0] >= foot - longest && span[2] <= foot + longest;
  });
}

function ofOneDigit(a, b) {
  const shared = (from, to) =>
    (Math.min(a[to], b[to]) - Math.max(a[from], b[from])) / Math.min(a[to] - a[from], b[to] - b[from]);
  const rows = shared(0, 2), columns = shared(1, 3);
  return columns >= COVERED || (columns > 0 && rows < BESIDE);
}

function tallness([top, , bottom]) {
  return bottom - top;
}

function around(boxes) {
  return [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...boxes.map((box) => box[side])));
}

function gap(a, b) {
  return Math.hypot(...[0, 1].map((side) => Math.max(a[side] - b[side + 2], b[side] - a[side + 2], 0)));
}

// A digit's ink, or if it is too wide for one, that of those left and right of the best cut.
function parted(ink) {
  const { height, width } = ink, [top, left, bottom, right] = boxOf(ink), tall = bottom - top;
  if (right - left < WIDE * tall) return [ink];
  const { seam, cost } = bestSeam(part(ink, top, left, bottom, right));
  const before = (i) => {
    const row = Math.floor(i / width);
    return row >= top && row < bottom && i % width < seam[row - top] + left;
  };
  const halves = [true, false].map((side) =>
    ({ share: ink.share.map((level, i) => before(i) === side ? level : 0), height, width }));
  const high = halves.every((half) => tallness(boxOf(half) ?? [0, 0, 0, 0]) >= TALL * tall);
  return high && cost < THIN * tall ? halves.flatMap(parted) : [ink];
}

// The column per row of the way from top to bottom through the least ink, and that ink.
function bestSeam({ share, height, width }) {
  const closed = (column) => column < Math.floor(width / 4) || column >= width - Math.floor(width / 4);
  let cost = Float64Array.from({ length: width }, (_, column) => closed(column) ? Infinity : 0);
  const steps = new Int8Array(height * width);
  for (let row = 0; row < height; row++) {
    cost = cost.map((straight, column) => {
      const ways = [straight, (cost[column - 1] ?? Infinity) + ASIDE, (cost[column + 1] ?? Infinity) + ASIDE];
      const least = Math.min(...ways);
      steps[row * width + column] = [0, -1, 1][ways.indexOf(least)];
      return closed(column) ? Infinity : least + share[row * width + column];
    });
  }
  let column = cost.indexOf(Math.min(...cost));
  const least = cost[column], seam = new Int32Array(height);
  for (let row = height - 1; row >= 0; row--) {
    seam[row] = column;
    column += steps[row * width + column];
  }
  return { seam, cost: least };
}
