// Whether an answer is to be relied on: digits/reader/doubt.py.

import { Network } from "./network.js";

export class Doubt {
  // What a second network knows of digits; without one, a reader's own probability has to do.
  constructor({ doubt, doubt_layers }) {
    this.network = doubt ? new Network(doubt, doubt_layers, false) : null;
  }

  // How likely an image is a digit, and the one that a reader gives these probabilities.
  likeness(posed, probabilities, label) {
    if (probabilities[label] <= 0.5) return 0;
    return probabilities[label] * (this.network?.forward(posed).values.at(-1)[label] ?? 1);
  }
}
