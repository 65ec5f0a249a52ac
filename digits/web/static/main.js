// The page: opens the model, and shows the view that the address names.

import { ELSEWHERE, HOW, byId, percent, setText } from "./dom.js";
import { openModel } from "./model.js";
import { Reader } from "./reader.js";
import { DrawView } from "./draw_view.js";
import { NetworkView } from "./network_view.js";
import { showNeuron } from "./neuron_detail.js";
import { Teach, browserStore } from "./teach.js";
import { showMistakes } from "./mistakes_view.js";

const served = document.documentElement.dataset.edition === "served";

async function pageData() {
  if (!served) return JSON.parse(byId("page-data").textContent);
  const response = await fetch("/model");
  if (!response.ok) throw new Error("The program does not give its model: is it still running?");
  return response.json();
}

class Page {
  constructor(model) {
    this.draw = new DrawView(new Reader(model));
    const { reader, off } = this.draw;
    this.network = new NetworkView(reader.network, off, () => this.showDetail());
    this.draw.following.push((reading) => this.network.show(reading));
    this.draw.settling.push(() => this.settle());
    this.draw.warmUp();
    byId("switch").onclick = () => this.toggleNeuron();
    byId("all-on").onclick = () => this.putAllBack();
    this.showModel(model);
  }

  // Another model from now on, of the same reader's kind.
  useModel(model) {
    this.draw.reader = new Reader(model);
    this.draw.off.clear();
    byId("all-on").hidden = true;
    this.network.network = this.draw.reader.network;
    this.network.selected = this.network.reading = null;
    this.network.build();
    this.showModel(model);
    this.draw.refresh();
  }

  showModel(model) {
    const name = model.about.name ?? `preset ${model.about.preset}`;
    setText(byId("about"), `${name}: ${percent(model.accuracy, 2)} of ${model.test} right`);
    showMistakes(model, (image, caption) => this.open(image, caption));
  }

  open(image, caption) {
    this.draw.open(image, caption);
    location.hash = "#draw";
    showView();
    byId("canvas").focus();
  }

  settle() {
    this.network.describe();
    this.showDetail();
  }

  showDetail() {
    showNeuron(this.draw.reader, this.draw.reading, this.network.selected, this.draw.off,
      (image, caption) => this.open(image, caption));
  }

  toggleNeuron() {
    const name = this.network.selected.join(":"), { off } = this.draw;
    if (!off.delete(name)) off.add(name);
    this.changeOff();
  }

  putAllBack() {
    this.draw.off.clear();
    this.changeOff();
    byId("network").querySelector("[tabindex='0']").focus();  // the button is gone now
  }

  changeOff() {
    byId("all-on").hidden = !this.draw.off.size;
    this.showDetail();
    this.draw.refresh();
  }
}

function showView() {
  const wanted = location.hash.slice(1), views = [...document.querySelectorAll(".view")];
  const shown = views.find(({ id }) => id === `view-${wanted}`) ?? views[0];
  if (shown.hidden) scrollTo(0, 0);
  views.forEach((view) => { view.hidden = view !== shown; });
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === shown.id.replace("view-", "#")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function start() {
  document.querySelectorAll("[data-how]").forEach((link) => {
    Object.assign(link, { href: `${HOW}#${link.dataset.how}`, ...ELSEWHERE });
  });
  // a picture that is dropped beside the sheet is not opened in place of the page
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  if (!served) document.querySelectorAll(".served").forEach((node) => node.remove());
  addEventListener("hashchange", showView);
  showView();
  try {
    const page = new Page(await openModel(await pageData()));
    const reload = async () => page.useModel(await openModel(await pageData()));
    if (served) (await import("./served.js")).serve(page, reload);
    else page.teach = new Teach(page.draw, browserStore());
    document.documentElement.dataset.ready = "yes";
  } catch (error) {
    byId("notice").hidden = false;
    setText(byId("notice"), error.message);
    throw error;
  }
}

start();
