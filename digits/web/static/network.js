// The network: z = a W + b and its activation, layer by layer, as digits/network/network.py has it.

const ACTIVATIONS = {
  sigmoid: (z) => z.map((value) => 1 / (1 + Math.exp(-value))),
  tanh: (z) => z.map(Math.tanh),
  relu: (z) => z.map((value) => Math.max(value, 0)),
  linear: (z) => z,
  softmax(z) {
    const largest = Math.max(...z), powers = z.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((total, power) => total + power);
    return powers.map((power) => power / sum);
  },
};
// What an activation a = f(z) grows by with z, told from a.
export const SLOPES = {
  sigmoid: (a) => a * (1 - a),
  tanh: (a) => 1 - a * a,
  relu: (a) => +(a > 0),
  linear: () => 1,
};

export class Network {
  // theta: W before b, layer by layer; layers: [units, activation] of each; inputs are 0 to 1,
  // or 0 to 255 where images are taken raw.
  constructor(theta, layers, raw) {
    let start = 0, inputs = 784;
    this.inputLevel = raw ? 1 : 1 / 255;
    this.layers = layers.map(([units, activation]) => {
      const W = theta.subarray(start, start + inputs * units);
      const b = theta.subarray(start + inputs * units, start += (inputs + 1) * units);
      return { units, activation, inputs: [inputs, inputs = units][0], W, b };
    });
  }

  // Uint8Array(784) -> {sums: z of each layer, values: the inputs and the activations}.
  // `off` names neurons, "layer:unit" from 0, which pass nothing on.
  forward(posed, off = new Set()) {
    return this.forwardFrom(Float32Array.from(posed, (level) => level * this.inputLevel), off);
  }

  forwardFrom(x, off = new Set()) {
    const values = [x], sums = [];
    this.layers.forEach(({ units, activation, W, b }, layer) => {
      const z = Float64Array.from(b);
      values.at(-1).forEach((value, i) => {
        if (value) for (let unit = 0; unit < units; unit++) z[unit] += value * W[i * units + unit];
      });
      const a = ACTIVATIONS[activation](z);
      for (let unit = 0; off.size && unit < units; unit++) if (off.has(`${layer}:${unit}`)) a[unit] = 0;
      sums.push(z);
      values.push(a);
    });
    return { sums, values };
  }

  // The weights from each input of a layer to one of its units.
  weightsInto(layer, unit) {
    const { W, units, inputs } = this.layers[layer];
    return Float32Array.from({ length: inputs }, (_, i) => W[i * units + unit]);
  }

  bias(layer, unit) {
    return this.layers[layer].b[unit];
  }
}
