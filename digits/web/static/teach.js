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
      return element("button", { "aria-label": `It is a ${label}`, onclick, disabled: true }, label);
    });
    byId("teach").replaceChildren(...buttons);
    byId("unkeep").onclick = () => this.take(store.takeBack(), "The last one is taken back.");
    byId("download").onclick = () => store.download();
    document.addEventListener("keydown", (event) => this.keyDown(event));
    draw.following.push((reading) => buttons.forEach((button) => { button.disabled = !reading; }));
    this.take(store.load(), "");
  }

  keyDown({ key, repeat, ctrlKey, metaKey, altKey }) {
    if (byId("view-draw").hidden || repeat || ctrlKey || metaKey || altKey) return;
    if (/^[0-9]$/.test(key)) this.keep(Number(key));
  }

  async keep(label) {
    const { draw } = this, { version } = draw;
    if (!draw.reading || draw.finished) return;  // each drawing once
    const words = `Kept as ${label}. The next stroke begins a new drawing.`;
    draw.finished = true;
    const kept = await this.take(this.store.keep(label, draw.reading.image), words);
    if (!kept && draw.version === version) draw.finished = false;
  }

  // Show what the store has, once it is done, and say what was done; whether that went well.
  async take(promise, words) {
    try {
      const { count, digits } = this.kept = await promise;
      setText(byId("kept"), count ? `${counted(count, "digit")} kept` : "none kept");
      byId("unkeep").disabled = byId("download").disabled = !count;
      byId("mine").replaceChildren(...digits.slice(0, RECENT).map(({ label, image }) =>
        thumbnail(Uint8Array.from(image), `kept: a ${label}`, label)));
      if (words) this.tell(words);
      return true;
    } catch (error) {
      this.tell(error.message);
      return false;
    }
  }

  tell(words) {
    setText(byId("teach-note"), words);
    say(words);
  }
}

// Digits kept in this browser, newest first. Another tab may keep some as well, so they are read
// again each time.
export function browserStore() {
  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "[]").map(unpacked);
    } catch {
      return [];  // nothing kept, or not readable
    }
  };
  const save = (digits) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(digits.map(packed)));
    } catch {
      throw new Error("This browser keeps nothing more: download the CSV, or take some back.");
    }
    return { count: digits.length, digits };
  };
  return {
    load: async () => ({ count: stored().length, digits: stored() }),
    keep: async (label, image) => save([{ label, image }, ...stored()]),
    takeBack: async () => save(stored().slice(1)),
    download: () => offer("my_digits.csv", csvOf(stored().reverse())),
  };
}

function packed({ label, image }) {
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
