// Whether an image is a digit at all: digits/reader/novelty.py.

import { Network } from "./network.js";

export class Novelty {
  constructor(model) {
    this.limit = model.limit;
    this.network = this.limit === null ? null : new Network(model.novelty, model.novelty_layers, false);
  }

  // Whether a reader may be relied on that gives its label this probability; null where it is not known.
  accepts(posed, label, probability) {
    if (!this.network) return null;
    return probability * this.network.forward(posed).values.at(-1)[label] >= this.limit;
  }
}
