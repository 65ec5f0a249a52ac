// Pictures of 784 numbers on small canvases: ink, and weights in two colours.

import { element } from "./dom.js";

// As the legend has them, on a light page and on a dark one.
const FOR = [[217, 98, 15], [238, 132, 52]], AGAINST = [[43, 116, 184], [90, 163, 228]];
const GREY = 128;

// A canvas with a side of so many pixels, which a style makes larger.
export function smallCanvas(description, across = 28, down = across) {
  return element("canvas", { width: across, height: down, role: "img", "aria-label": description });
}

// Levels 0 to 255 as ink; the paper shows through.
export function paintInk(canvas, levels) {
  canvas.classList.add("ink");
  paint(canvas, levels, (level) => [0, 0, 0, level]);
}

// Positive numbers in one colour, negative ones in the other, the largest of all in full;
// over a digit in grey, if there is one.
export function paintSigned(canvas, numbers, digit = null, most = largestOf(numbers)) {
  const dark = Number(matchMedia("(prefers-color-scheme: dark)").matches);
  paint(canvas, numbers, (number, i) => {
    const colour = (number > 0 ? FOR : AGAINST)[dark], share = Math.min(1, Math.abs(number) / most);
    const under = digit ? digit[i] / 255 * 0.4 * (1 - share) : 0, both = share + under;
    return [...colour.map((level) => (level * share + GREY * under) / both), 255 * both];
  });
}

export function largestOf(numbers) {
  return numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1e-9);
}

function paint(canvas, numbers, colourOf) {
  const context = canvas.getContext("2d");
  const data = context.createImageData(canvas.width, canvas.height);
  numbers.forEach((number, i) => data.data.set(colourOf(number, i), 4 * i));
  context.putImageData(data, 0, 0);
}

// A digit as a picture with its caption; a button where a click does something.
export function thumbnail(levels, description, caption, onclick = null) {
  const canvas = smallCanvas(description);
  paintInk(canvas, levels);
  const inside = [canvas, element("span", { "aria-hidden": "true" }, caption)];
  if (!onclick) return element("span.thumbnail", ...inside);
  return element("button.thumbnail", { onclick }, ...inside);
}

// The n-th of the digits that come with the model.
export function digitOf(model, n) {
  return model.digits.subarray(784 * n, 784 * (n + 1));
}
