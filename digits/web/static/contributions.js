// What speaks for one digit and against another: each pixel's share in the difference of their scores.

import { SLOPES } from "./network.js";

const STEPS = 200;  // along the way; the sum is then right to a thousandth

// Integrated gradients (Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", 2017),
// on the straight way from the blank image to this one. A pixel's share is its level times the mean
// slope of the difference z_a - z_b along the way, so that all shares and what a blank image gets
// add up to the difference.
export function contributions(network, posed, a, b, off = new Set()) {
  const x = Float32Array.from(posed, (level) => level * network.inputLevel);
  const difference = (values) => network.forwardFrom(values, off).sums.at(-1);
  const between = (sums) => sums[a] - sums[b];
  const slopes = new Float64Array(x.length);
  for (let step = 0; step < STEPS; step++) {
    const part = x.map((level) => level * (step + 0.5) / STEPS);
    addSlopes(slopes, network, network.forwardFrom(part, off).values, a, b, off);
  }
  return {
    pixels: Float32Array.from(x, (level, i) => level * slopes[i] / STEPS),
    blank: between(difference(x.map(() => 0))),
    difference: between(difference(x)),
  };
}

// Add what z_a - z_b grows by with each input: backpropagation, begun with +1 at a and -1 at b.
function addSlopes(slopes, network, values, a, b, off) {
  let delta = values.at(-1).map((_, unit) => (unit === a) - (unit === b));
  for (let layer = network.layers.length - 1; layer >= 0; layer--) {
    const { W, units, inputs } = network.layers[layer], before = values[layer];
    const below = layer ? new Float64Array(inputs) : slopes;
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let unit = 0; unit < units; unit++) sum += W[i * units + unit] * delta[unit];
      if (!layer) below[i] += sum;
      else if (!off.has(`${layer - 1}:${i}`)) below[i] = sum * SLOPES[network.layers[layer - 1].activation](before[i]);
    }
    delta = below;
  }
}
