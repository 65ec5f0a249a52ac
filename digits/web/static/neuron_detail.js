// What one neuron does: its weights, what it makes of this digit, and its favourite test digits.

import { byId, element, howLink, percent, setText, signed } from "./dom.js";
import { digitOf, paintSigned, smallCanvas, thumbnail } from "./images.js";
import { contributions } from "./contributions.js";

const FAVOURITES = 6;

// Show the neuron [layer, unit], or for null the likeliest output. `open` shows a test digit.
export function showNeuron(reader, reading, chosen, off, open) {
  const { network } = reader, last = network.layers.length - 1;
  const [layer, unit] = chosen ?? [last, reading?.label ?? 0];
  const output = layer === last, toggle = byId("switch"), isOff = off.has(`${layer}:${unit}`);
  toggle.hidden = output;
  toggle.setAttribute("aria-checked", !isOff);
  toggle.setAttribute("aria-label", `Neuron ${unit + 1} of hidden layer ${layer + 1}`);
  setText(toggle, isOff ? "off" : "on");
  byId("detail").classList.toggle("waiting", !reading && !chosen);
  if (!reading && !chosen) {
    setText(byId("detail-title"), "What speaks for it");
    byId("detail-body").replaceChildren(element("p.note",
      "Draw a digit, then choose a neuron: what it looks for, and what it finds."));
  } else if (output) showOutput(reader, reading, unit, off);
  else showHidden(reader, reading, layer, unit, open);
}

function showHidden({ network, model }, reading, layer, unit, open) {
  setText(byId("detail-title"), `Neuron ${unit + 1} of hidden layer ${layer + 1}`);
  const { inputs } = network.layers[layer];
  const looks = `It looks at all ${layer ? `${inputs} neurons before it, row by row` : "784 pixels"}`;
  const how = layer ? howLink("a-layer-and-a-network", "How layers follow")
    : howLink("one-neuron", "How a neuron works");
  const favourites = (model.exciting[layer]?.[unit] ?? []).slice(0, FAVOURITES).map((n) => {
    const words = `a test digit: ${model.labels[n]}`, image = digitOf(model, n);
    return thumbnail(image, words, model.labels[n], () => open(image, words));
  });
  byId("detail-body").replaceChildren(
    element("p.note", `${looks}: orange counts for it, blue against. `, how),
    element("div.tiles", ...weightTiles(network, reading, layer, unit),
      element("figure.favourites", element("div.thumbnails.small", ...favourites),
        element("figcaption", "excite it most"))));
}

// Its weights, and weight times input, as images with a common meaning of the colours; its sum.
function weightTiles(network, reading, layer, unit) {
  const W = network.weightsInto(layer, unit), inputs = reading?.values[layer];
  const tiles = [tile("weights", W)];
  if (reading) tiles.push(tile("weight × input", W.map((weight, i) => weight * inputs[i])));
  return [...tiles, sumTable(network, reading, layer, unit)];
}

function tile(caption, numbers, digit = null) {
  const across = Math.ceil(Math.sqrt(numbers.length));
  const down = Math.ceil(numbers.length / across);
  const canvas = smallCanvas(`${caption} as an image`, across, down);
  paintSigned(canvas, numbers, digit);
  return element("figure", canvas, element("figcaption", caption));
}

// z = sum of weight x input + b, and what becomes of it.
function sumTable(network, reading, layer, unit) {
  const b = network.bias(layer, unit), { activation } = network.layers[layer];
  const rows = [["bias", signed(b)]];
  if (reading) {
    const z = reading.sums[layer][unit], a = reading.values[layer + 1][unit];
    const says = activation === "softmax" ? percent(a) : a.toFixed(3).replace("-", "−");
    rows.unshift(["weights × inputs", signed(z - b)]);
    rows.push(["z", signed(z)], [activation, says]);
  }
  return element("table.sums", element("tbody", ...rows.map(([name, value]) =>
    element("tr", element("th", { scope: "row" }, name), element("td", value)))));
}

// What speaks for a digit and against its likeliest rival.
function showOutput({ network }, reading, unit, off) {
  const layer = network.layers.length - 1, body = byId("detail-body");
  if (!reading) {
    setText(byId("detail-title"), `Output ${unit}`);
    body.replaceChildren(element("div.tiles", ...weightTiles(network, null, layer, unit)));
    return;
  }
  const [a, b] = rivals(reading.probabilities, unit);
  const { pixels, blank, difference } = contributions(network, reading.posed, a, b, off);
  const shares = pixels.reduce((sum, share) => sum + share, 0);
  setText(byId("detail-title"), `Why ${a} rather than ${b}`);
  body.replaceChildren(
    element("p.note", `Orange pixels speak for ${a}, blue ones for ${b}. All pixels’ shares `,
      element("b", signed(shares, 1)), ", a blank page ", element("b", signed(blank, 1)),
      ": together the difference of the two scores z, ", element("b", signed(difference, 1)),
      " (integrated gradients, Sundararajan et al. 2017). ",
      howLink("why-this-digit", "How shares are found")),
    element("div.tiles.shares", tile(`for ${a}, against ${b}`, pixels, reading.posed),
      ...weightTiles(network, reading, layer, unit)));
}

// The likeliest and the second; or, for another digit, the likeliest and this one.
export function rivals(probabilities, digit) {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  return [order[0], digit === order[0] ? order[1] : digit];
}
