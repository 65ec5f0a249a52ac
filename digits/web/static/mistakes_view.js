// The test digits that the network gets wrong: which it takes for which, and each of them.

import { byId, counted, element, howLink, percent } from "./dom.js";
import { digitOf, thumbnail } from "./images.js";

export const MATRIX = "Rows: what it is. Columns: what it is read as. Only mistakes are coloured.";

// `open` shows a digit in the first view.
export function showMistakes(model, open) {
  const title = element("h2#gallery-title", { "aria-live": "polite" });
  const gallery = element("div.thumbnails.large", { role: "group", "aria-label": "Mistakes" });
  const all = element("button#show-all.plain", { onclick: () => choose(null) }, "Show all");
  const table = confusionTable(model.confusion, (...cell) => choose(cell));

  const wrong = model.confusion.flatMap((row, truth) => row.filter((_, read) => read !== truth))
    .reduce((sum, count) => sum + count, 0);

  function choose(cell) {
    const [truth, read] = cell ?? [];
    const shown = model.mistakes.filter(([n, predicted]) =>
      !cell || model.labels[n] === truth && predicted === read);
    gallery.replaceChildren(...shown.map((mistake) => mistakeButton(model, mistake, open)));
    const words = `${shown.length} × ${truth} read as ${read}`;
    const first = shown.length < wrong ? `the first ${shown.length} of ` : "";
    title.textContent = cell ? words : `${first}${counted(wrong, "mistake")}`;
    all.hidden = !cell;
    for (const button of table.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", button.dataset.cell === cell?.join(":"));
    }
  }
  choose(null);
  byId("mistakes-page").replaceChildren(
    element("p.lead", `It reads ${percent(model.accuracy, 2)} of ${model.test} right. These are `,
      "the others, the most confident mistakes first: choose a cell of the table to see its ",
      "mistakes alone, a digit to see why. ",
      howLink("what-it-has-learned", "What it has learned")),
    element("div.split", element("div.matrix", table, element("p.note", MATRIX)),
      element("div", element("div.heading", title, all), gallery)));
}

function mistakeButton(model, [n, predicted, probability], open) {
  const image = digitOf(model, n), caption = `${model.labels[n]} read as ${predicted}`;
  const words = `a test digit: ${caption}, ${percent(probability, 0)}`;
  return thumbnail(image, words, caption, () => open(image, words));
}

// Rows are true digits, columns predicted ones; mistakes have a colour scale of their own.
export function confusionTable(confusion, chosen = null) {
  const wrong = confusion.flatMap((row, truth) => row.filter((_, read) => read !== truth));
  const most = Math.max(1, ...wrong);
  const heads = confusion.map((_, digit) => element("th", { scope: "col" }, digit));
  const rows = confusion.map((row, truth) => element("tr", element("th", { scope: "row" }, truth),
    ...row.map((count, read) => cellOf(count, truth, read, most, chosen))));
  return element("table.confusion", element("caption.unseen", "Confusion matrix"),
    element("thead", element("tr", element("td"), ...heads)), element("tbody", ...rows));
}

function cellOf(count, truth, predicted, most, chosen) {
  if (!count) return element("td.none", "·");
  if (truth === predicted) return element("td.right", count.toLocaleString("en"));
  const name = `${truth}:${predicted}`, label = `${count} × ${truth} read as ${predicted}`;
  const press = { "data-cell": name, "aria-label": label, onclick: () => chosen(truth, predicted) };
  const cell = element("td", chosen ? element("button", press, count) : count);
  cell.style.setProperty("--share", `${Math.round(8 + 62 * count / most)}%`);
  return cell;
}
