// "Learn my hand": trains on with one's own digits, and shows what has come of it.

import { byId, element, percent, say, setText } from "./dom.js";
import { Curves, accuracyScale } from "./curves.js";
import { ask, post, progressOf } from "./server.js";

// Digits kept by the program; `told` is called with what it has whenever that changes.
export function serverStore(told) {
  const telling = async (promise) => {
    const kept = await promise;
    told(kept);
    return kept;
  };
  return {
    load: () => telling(ask("/my")),
    keep: (label, image) => telling(post("/my", { label, image: [...image] })),
    takeBack: () => telling(ask("/my", { method: "DELETE" })),
    download: () => element("a", { href: "/my.csv", download: "my_digits.csv" }).click(),
  };
}

export class Learning {
  // `renew` opens the model that the program uses now.
  constructor(trainings, renew) {
    Object.assign(this, { trainings, renew, count: 0, busy: false });
    this.button = element("button#learn.primary", { onclick: () => this.start() }, "Learn my hand");
    this.undoing = element("button#learn-undo", { onclick: () => this.undo() }, "Undo learning");
    this.bar = element("progress#learn-progress", { "aria-label": "Learning", hidden: true });
    this.sentence = element("p#learn-sentence.note");
    const series = [["test_accuracy", "test", "test"]];
    this.curves = new Curves("While it learns", series, accuracyScale);
    this.table = element("table#learn-result.sums", { hidden: true });
    this.curves.node.hidden = true;
    byId("learning").hidden = false;
    byId("learning").replaceChildren(element("p.row", this.button, this.undoing), this.bar,
      this.sentence, this.table, this.curves.node);
    trainings.listen("learn", this);
  }

  // What the program has kept.
  told(kept) {
    this.count = kept.count;
    this.undoing.hidden = !kept.former;
    this.button.disabled = this.busy || !this.count;
  }

  async start() {
    try {
      await this.trainings.start({ kind: "learn" });
    } catch (error) {
      this.tell(error.message);
    }
  }

  begin(job) {
    this.records = [];
    this.busy = true;
    this.button.disabled = true;
    this.table.hidden = true;
    this.bar.hidden = false;
    this.curves.node.hidden = false;
    this.state(job);
  }

  state(job) {
    this.epochs = job.epochs;
    const { value, words } = progressOf(job);
    this.bar.value = value;
    setText(this.sentence, words);
  }

  epoch(record) {
    this.records[record.epoch - 1] = record;
    this.curves.show(this.records.filter(Boolean), record.epochs);
    this.state({ ...record, state: "running" });
  }

  async end(job) {
    this.busy = false;
    this.bar.hidden = true;
    this.button.disabled = !this.count;
    this.curves.node.hidden = this.table.hidden = Boolean(job.undone);
    if (job.undone) setText(this.sentence, "");
    else this.tell(job.result?.sentence ?? "stopped");
    if (job.result?.before && !job.undone) this.showResult(job.result);
    await this.renew().catch(() => {});  // the sentence has said what is wrong
  }

  async undo() {
    try {
      this.told(await post("/undo"));
      this.table.hidden = this.curves.node.hidden = true;
      this.tell("undone: the model before is used again");
      await this.renew();
    } catch (error) {
      this.tell(error.message);
    }
  }

  showResult({ before, after, held_out: heldOut }) {
    const share = (value) => (value === null || value === undefined ? "–" : percent(value, 2));
    const row = (name, key) => element("tr", element("th", { scope: "row" }, name),
      element("td", share(before[key])), element("td", share(after[key])));
    const heads = ["before", "after"].map((when) => element("th", { scope: "col" }, when));
    this.table.hidden = false;
    this.table.replaceChildren(element("caption.unseen", "Before and after learning"),
      element("thead", element("tr", element("td"), ...heads)),
      element("tbody", row(`yours, ${heldOut} held out`, "mine"), row("test digits", "test")));
  }

  tell(sentence) {
    const words = `${sentence[0].toUpperCase()}${sentence.slice(1)}.`.replace(/([.?])\.$/, "$1");
    setText(this.sentence, words);
    say(words);
  }
}
