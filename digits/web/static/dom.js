// Elements of the page, what is said to a screen reader, and where the explanations are.

export const HOW = "how-it-works.md";  // each link of the page leads to a heading of it ...
export const ELSEWHERE = { target: "_blank", rel: "noopener" };  // ... and leaves what was drawn

const SVG = "http://www.w3.org/2000/svg";

export function byId(id) {
  return document.getElementById(id);
}

// element("p#id.class", attributes and event handlers, if any, then children or texts).
export function element(selector, ...inside) {
  return filled(document.createElement(selector.match(/^\w+/)[0]), selector, inside);
}

export function svgElement(selector, ...inside) {
  return filled(document.createElementNS(SVG, selector.match(/^\w+/)[0]), selector, inside);
}

function filled(made, selector, inside) {
  for (const [, mark, name] of selector.matchAll(/([#.])([\w-]+)/g)) {
    if (mark === "#") made.id = name;
    else made.classList.add(name);
  }
  const attributes = inside[0]?.constructor === Object ? inside.shift() : {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside);
  return made;
}

// Set only what has changed: the pen waits for this, up to sixty times a second.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function howLink(anchor, text) {
  return element("a.how", { href: `${HOW}#${anchor}`, ...ELSEWHERE }, text);
}

// Tell a screen reader; the same words again are told again.
export function say(text) {
  const region = byId("status");
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}

export function percent(share, places = 1) {
  return `${(100 * share).toFixed(places)} %`;
}

export function signed(value, places = 2) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(places)}`;
}

// "1 digit", "2 digits"
export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
