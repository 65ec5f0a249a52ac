// Ink of any size as an image like MNIST's: digits/pictures/mnist_like.py, step by step.

import { maximumFilter, resizedTo, rint } from "./filters.js";

const SIDE = 28, BOX = 20, INK_SHARE = 0.1, PEN = 2, NARROWEST = 0.5, MERE_STROKE = 2.5;

// {share, height, width} -> Uint8Array(784), 255 = ink. The longer side of what ink.js gives has
// more pixels than mnist_like.py makes finer, so that step is not here.
export function mnistLike(ink) {
  const image = new Uint8Array(SIDE * SIDE);
  const found = cropped(ink);
  if (!found) return image;
  const wide = thickened(widened(found));
  const scale = BOX / Math.max(wide.height, wide.width);
  const digit = resizedTo(wide, Math.max(1, rint(wide.height * scale)),
    Math.max(1, rint(wide.width * scale)), scale <= 1 ? "box" : "bilinear");
  const factor = Math.fround(255 / digit.share.reduce((most, level) => Math.max(most, level)));
  const rows = new Float64Array(digit.height), columns = new Float64Array(digit.width);
  digit.share.forEach((level, i) => {
    const scaled = digit.share[i] = level * factor;
    rows[Math.floor(i / digit.width)] += scaled;
    columns[i % digit.width] += scaled;
  });
  const first = pasteAt(rows) * SIDE + pasteAt(columns);
  digit.share.forEach((level, i) => {
    image[first + Math.floor(i / digit.width) * SIDE + i % digit.width] = rint(level);
  });
  return image;
}

function cropped({ share, height, width }) {
  let [top, left, bottom, right] = [height, width, 0, 0];
  share.forEach((level, i) => {
    if (level < INK_SHARE) return;
    const row = Math.floor(i / width), column = i % width;
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
  });
  return bottom && part({ share, width }, top, left, bottom, right);
}

export function part({ share, width }, top, left, bottom, right) {
  const cut = new Float32Array((bottom - top) * (right - left));
  for (let row = top; row < bottom; row++) {
    cut.set(share.subarray(row * width + left, row * width + right), (row - top) * (right - left));
  }
  return { share: cut, height: bottom - top, width: right - left };
}

function widened(ink) {
  const { height, width } = ink;
  if (width >= NARROWEST * height || width < MERE_STROKE * strokeWidth(ink)) return ink;
  const wide = resizedTo(ink, height, rint(NARROWEST * height), "bicubic");
  wide.share = wide.share.map((level) => Math.min(Math.max(level, 0), 1));
  return wide;
}

function thickened(ink) {
  const longest = Math.max(ink.height, ink.width), pen = strokeWidth(ink) * BOX / longest;
  return pen >= PEN ? ink : maximumFilter(ink, rint((PEN - pen) / 2 * longest / BOX));
}

function strokeWidth({ share, height, width }) {
  const columns = width + 1, stroke = new Uint8Array((height + 2) * columns + 1);  // with a rim
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      stroke[(row + 1) * columns + column + 1] = share[row * width + column] >= 0.5;
    }
  }
  let area = 0, steps = 0;
  for (let at = columns; at < stroke.length; at++) {
    area += stroke[at];
    steps += (stroke[at] !== stroke[at - 1]) + (stroke[at] !== stroke[at - columns]);
  }
  return 2 * area / Math.max(1, steps * Math.PI / 4);
}

function pasteAt(profile) {
  const total = profile.reduce((sum, level) => sum + level, 0);
  const centre = profile.reduce((sum, level, i) => sum + level * i, 0) / total;
  return Math.min(Math.max(rint(SIDE / 2 - centre), 0), SIDE - profile.length);
}
