// Keep what was drawn with what it is, to learn from: in the browser, or wherever a store keeps it.

import { byId, counted, element, say, setText } from "./dom.js";
import { thumbnail } from "./images.js";

const KEY = "digits.mine", RECENT = 40;

export class Teach {
  // A store has load(), keep(label, image), takeBack(), each -> {count, digits: [{label, image}]},
  // newest first, and download().
  constructor(draw, store) {
    Object.assign(this, { draw, store });
    const buttons = Array.from({ length: 10 }, (_, label) => {
      const onclick = () => this.keep(label);
      return element("button", { "aria-label": `It is a ${label}`, onclick }, label);
    });
    byId("teach").replaceChildren(...buttons);
    byId("unkeep").onclick = () => this.take(store.takeBack(), "The last one is taken back.");
    byId("download").onclick = () => store.download();
    document.addEventListener("keydown", (event) => this.keyDown(event));
    draw.following.push((reading) => buttons.forEach((button) => { button.disabled = !reading; }));
    this.take(store.load(), "");
  }

  keyDown({ key, ctrlKey, metaKey, altKey }) {
    if (byId("view-draw").hidden || ctrlKey || metaKey || altKey || !/^[0-9]$/.test(key)) return;
    this.keep(Number(key));
  }

  async keep(label) {
    if (!this.draw.reading) return;
    const words = `Kept as ${label}. The next stroke begins a new drawing.`;
    await this.take(this.store.keep(label, this.draw.reading.image), words);
    this.draw.finished = true;
  }

  // Show what the store has, once it is done, and say what was done.
  async take(promise, words) {
    try {
      const { count, digits } = this.kept = await promise;
      setText(byId("kept"), count ? `${counted(count, "digit")} kept` : "none kept");
      byId("unkeep").disabled = byId("download").disabled = !count;
      byId("mine").replaceChildren(...digits.slice(0, RECENT).map(({ label, image }) =>
        thumbnail(Uint8Array.from(image), `kept: a ${label}`, label)));
      if (!words) return;
      setText(byId("teach-note"), words);
      say(words);
    } catch (error) {
      setText(byId("kept"), error.message);
    }
  }
}

// Digits kept in this browser; where it keeps nothing, until the page is closed.
export function browserStore() {
  let digits = [];
  try {
    digits = JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch { /* nothing kept, or not readable */ }
  const state = () => ({ count: digits.length, digits: digits.map(unpacked) });
  const save = (changed) => {
    digits = changed;
    try {
      localStorage.setItem(KEY, JSON.stringify(digits));
    } catch { /* kept until the page is closed */ }
    return state();
  };
  return {
    load: async () => state(),
    keep: async (label, image) => save([packed(label, image), ...digits]),
    takeBack: async () => save(digits.slice(1)),
    download: () => offer("my_digits.csv", csvOf(digits.map(unpacked).reverse())),
  };
}

function packed(label, image) {
  return { label, image: btoa(String.fromCharCode(...image)) };
}

function unpacked({ label, image }) {
  return { label, image: Uint8Array.from(atob(image), (letter) => letter.charCodeAt(0)) };
}

// The layout of a digits CSV, as `train --data` takes it.
export function csvOf(digits) {
  const names = Array.from({ length: 784 }, (_, pixel) => `pixel${pixel}`);
  const rows = digits.map(({ label, image }) => [label, ...image]);
  return [["label", ...names], ...rows].map((row) => `${row.join(",")}\n`).join("");
}

function offer(name, text) {
  const href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
