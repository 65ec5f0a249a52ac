// One neuron of the network as it is drawn: a button, fuller the more it fires.

import { percent, svgElement } from "./dom.js";

export class Neuron {
  constructor(layer, unit, output) {
    Object.assign(this, { layer, unit, output, x: 0, y: 0, radius: 0 });
    this.hit = svgElement("rect.hit");
    this.ring = svgElement("circle.ring");
    this.core = svgElement("circle.core");
    this.cross = svgElement("path.cross");
    this.digit = svgElement("text.digit", output ? String(unit) : "");
    this.node = svgElement("g.neuron", { role: "button", "data-neuron": `${layer}:${unit}` },
      this.hit, this.ring, this.core, this.cross, ...(output ? [this.digit] : []));
    this.describe(false);
  }

  place(x, y, target, radius) {
    Object.assign(this, { x, y, radius });
    const width = this.output ? 96 : 44;
    setAll(this.hit, { x: x - 22, y: y - target / 2, width, height: target, rx: 6 });
    for (const circle of [this.ring, this.core]) setAll(circle, { cx: x, cy: y, r: radius });
    const arm = radius * 0.7, all = 2 * arm;
    setAll(this.cross, { d: `M${x - arm} ${y - arm}l${all} ${all}m${-all} 0l${all} ${-all}` });
    setAll(this.digit, { x: x + radius + 8, y: y + 5 });
  }

  show(value, most, off, likeliest) {
    this.value = value;
    this.core.style.opacity = Math.min(1, Math.abs(value) / most);
    this.off = off;
    this.node.classList.toggle("off", off);
    this.node.classList.toggle("likeliest", this.output && likeliest === this.unit);
  }

  describe(known) {
    const hidden = `Hidden layer ${this.layer + 1}, neuron ${this.unit + 1}`;
    const words = [this.output ? `Output ${this.unit}` : hidden];
    if (this.off) words.push("off");
    else if (known) words.push(this.output ? percent(this.value) : this.value.toFixed(2));
    this.node.setAttribute("aria-label", words.join(", "));
  }
}

export function setAll(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}
