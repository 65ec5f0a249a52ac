// The second view: a training from its beginning, looked at while it goes on.

import { byId, element, howLink, percent, say, setText } from "./dom.js";
import { Curves, accuracyScale, lossScale } from "./curves.js";
import { MATRIX, confusionTable } from "./mistakes_view.js";
import { paintSigned, smallCanvas, thumbnail } from "./images.js";
import { post, progressOf } from "./server.js";

// name, what it is called, epochs it takes by itself
const OPTIMIZERS = [["gd", "Gradient descent", 160], ["rprop", "Rprop", 200],
  ["lbfgs", "L-BFGS", 90]];
const FULL = 90;  // of a weight's at most 127: what is shown in full colour
const BUSY = ["preparing", "running", "paused"];

export class WatchView {
  // `renew` opens the model that the program uses now; `open` shows a digit in the first view.
  constructor(trainings, renew, open) {
    Object.assign(this, { trainings, renew, open, job: null, records: [] });
    const series = (key) => [[key, "training", "train"], [`test_${key}`, "test", "test"]];
    this.loss = new Curves("Loss", series("loss"), lossScale);
    this.accuracy = new Curves("Accuracy", series("accuracy"), accuracyScale);
    this.loss.svg.id = "loss-curves";
    this.accuracy.svg.id = "accuracy-curves";
    this.build();
    this.showJob();
    trainings.listen("watch", this);
  }

  build() {
    const button = (selector, text, onclick) =>
      element(`button#watch-${selector}`, { onclick }, text);
    this.optimizer = element("select#watch-optimizer", { onchange: () => this.suggestEpochs() },
      ...OPTIMIZERS.map(([name, title]) => element("option", { value: name }, title)));
    this.epochs = element("input#watch-epochs", { type: "number", min: 1, max: 2000 });
    this.buttons = {
      start: button("start.primary", "Start training", () => this.start()),
      pause: button("pause", "Pause", () => this.ask("pause", "go")),
      go: button("go", "Go on", () => this.ask("go", "pause")),
      stop: button("stop", "Stop", () => this.ask("stop")),
      keep: button("keep", "Keep this model", () => this.keep()),
    };
    this.bar = element("progress#watch-progress", { "aria-label": "Training" });
    this.words = element("p#watch-state");
    this.tiles = element("div#weights");
    this.confusion = element("div#watch-confusion");
    this.mistakes = element("div#watch-mistakes.thumbnails");
    this.empty();
    byId("watch-page").replaceChildren(...this.layout());
    this.suggestEpochs();
  }

  layout() {
    const part = (title, ...inside) => element("section", element("h2", title), ...inside);
    return [
      element("p.lead", "The same training as from the terminal: 60,000 digits and 9,000 drawn ",
        "ones, tested on 10,000 others. ", howLink("downhill", "How it goes downhill"), ", ",
        howLink("better-steps-the-optimizers", "the optimizers")),
      element("div.controls", element("label", "Optimizer", this.optimizer),
        element("label", "Epochs", this.epochs), ...Object.values(this.buttons),
        element("div.progress", this.words, this.bar)),
      element("div.watching",
        element("div.charts", this.accuracy.node, this.loss.node),
        element("div",
          part("Weights of the first layer", this.tiles, element("p.note",
            "Orange counts ink for a neuron, blue against it. ",
            howLink("what-it-has-learned", "What it has learned"))),
          part("Its most confident mistakes", this.mistakes)),
        part("What it takes for what", this.confusion, element("p.note", MATRIX))),
    ];
  }

  // Before there is anything to show, the places where it will be.
  empty() {
    this.images = [];
    this.showWeights({ units: 16, images: "" });
    this.confusion.replaceChildren(confusionTable(Array(10).fill(Array(10).fill(0))));
    this.mistakes.replaceChildren(element("p.note", "None yet."));
  }

  suggestEpochs() {
    this.epochs.value = OPTIMIZERS.find(([name]) => name === this.optimizer.value)[2];
    if (!this.records.length) this.showCurves(this.epochs.value);
  }

  async start() {
    const optimizer = this.optimizer.value, epochs = Math.round(this.epochs.value) || undefined;
    const wanted = { kind: "watch", preset: "default", optimizer, epochs };
    await this.attempt(() => this.trainings.start(wanted));
  }

  async ask(what, next = null) {
    await this.attempt(async () => this.state(await post(`/job/${what}`)));
    if (next) this.buttons[next].focus();
  }

  async keep() {
    await this.attempt(async () => {
      this.state(await post("/job/keep"));
      await this.renew();
      this.tell("Kept in models/watched: it reads what you draw until the program ends, "
        + "or until you undo that beside “Learn my hand”.");
    });
  }

  async attempt(doing) {
    try {
      await doing();
    } catch (error) {
      this.tell(error.message);
    }
  }

  tell(sentence) {
    setText(this.words, sentence);
    say(sentence);
  }

  begin(job) {
    this.records = [];
    this.empty();
    this.epochs.value = job.epochs;
    this.showCurves(job.epochs);
    this.state(job);
  }

  state(job) {
    this.job = job;
    this.showJob();
  }

  epoch(record) {
    this.records[record.epoch - 1] = record;
    this.showCurves(record.epochs);
    this.job = { ...this.job, epoch: record.epoch, epochs: record.epochs };
    if (this.job.state === "preparing") this.job.state = "running";
    this.showJob();
  }

  end(job) {
    this.state(job);
    const result = job.result?.sentence ?? "stopped";
    const words = job.undone ? `${result}; no longer in use` : result;
    this.tell(`${words[0].toUpperCase()}${words.slice(1)}.`);
  }

  showCurves(epochs) {
    const records = this.records.filter(Boolean);
    this.loss.show(records, epochs);
    this.accuracy.show(records, epochs);
  }

  showJob() {
    const state = this.job?.state, busy = BUSY.includes(state);
    this.optimizer.disabled = this.epochs.disabled = this.buttons.start.disabled = busy;
    this.buttons.pause.hidden = !busy || state === "paused";
    this.buttons.go.hidden = state !== "paused";
    this.buttons.stop.hidden = !busy;
    const over = ["ended", "stopped"].includes(state);
    this.buttons.keep.hidden = !over || !this.records.length;
    this.buttons.keep.disabled = Boolean(this.job?.kept);
    this.bar.hidden = !busy;
    if (!this.job) setText(this.words, "Nothing trained yet. It takes about half a minute.");
    if (!busy) return;
    const { value, words } = progressOf(this.job), last = this.records.at(-1);
    this.bar.value = value;
    const score = last ? `, ${percent(last.test_accuracy, 2)} of the test digits right` : "";
    setText(this.words, `${state === "paused" ? "Paused at " : ""}${words}${score}`);
  }

  // A look at the network: {units, images, confusion, mistakes}.
  weights({ confusion, mistakes, ...images }) {
    this.showWeights(images);
    this.confusion.replaceChildren(confusionTable(confusion));
    this.mistakes.replaceChildren(...mistakes.map(([image, label, predicted, probability]) => {
      const levels = Uint8Array.from(image), caption = `${label} as ${predicted}`;
      const words = `a test digit: ${label} read as ${predicted}, ${percent(probability, 0)}`;
      return thumbnail(levels, words, caption, () => this.open(levels, words));
    }));
  }

  showWeights({ units, images }) {
    const levels = Int8Array.from(atob(images), (letter) => letter.charCodeAt(0));
    const weightsOf = (unit) => levels.subarray(784 * unit, 784 * (unit + 1));
    if (this.images.length !== units) {
      this.images = Array.from({ length: units }, (_, unit) =>
        smallCanvas(`weights of neuron ${unit + 1}`));
      this.tiles.replaceChildren(...this.images);
    }
    this.images.forEach((canvas, unit) => paintSigned(canvas, weightsOf(unit), null, FULL));
  }
}
