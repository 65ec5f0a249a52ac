// A digit reader: what digits/reader/classifier.py and answers.py say of an image and of a drawing.

import { canonical } from "./canonical.js";
import { inkOf } from "./ink.js";
import { mnistLike } from "./mnist_like.js";
import { Network } from "./network.js";
import { digitsIn } from "./segments.js";

export class Reader {
  constructor(model) {
    this.model = model;
    this.network = new Network(model.theta, model.layers, model.preprocessing === "raw");
    this.second = model.doubt ? new Network(model.doubt, model.doubt_layers, false) : null;
  }

  // All that there is to say of a Uint8Array(784), 255 = ink; `off` are neurons switched off.
  readImage(image, off = new Set()) {
    const pose = canonical(image), posed = this.model.preprocessing === "canonical" ? pose : image;
    const { sums, values } = this.network.forward(posed, off);
    const probabilities = Float32Array.from(values.at(-1));
    const label = probabilities.indexOf(Math.max(...probabilities));
    const likeness = this.likeness(pose, label, probabilities[label]);
    const confident = likeness >= this.model.limit;
    return { posed, values, sums, probabilities, label, likeness, confident };
  }

  // How likely an image is a digit, and this one: `Doubt.likeness` in digits/reader/doubt.py.
  likeness(pose, label, probability) {
    if (probability <= 0.5) return 0;
    return probability * (this.second?.forward(pose).values.at(-1)[label] ?? 1);
  }

  // The same of strokes, with their image, and the reason where no single digit can be named.
  answer(strokes, off = new Set()) {
    const ink = inkOf(strokes), image = mnistLike(ink), reading = this.readImage(image, off);
    let reason = reading.confident ? null : "not sure";
    if (!image.some((level) => level)) reason = "blank";
    else if (digitsIn(ink).length > 1) reason = "several digits";
    return { ...reading, image, reason };
  }
}
