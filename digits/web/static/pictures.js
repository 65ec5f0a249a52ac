// What the program behind the page reads: pictures, and numbers.

import { byId, percent, say, setText } from "./dom.js";
import { SHEET } from "./canvas.js";
import { ask, post } from "./server.js";

const MOST_BYTES = 20_000_000;  // as the program has it

// Choose, photograph, drop or paste a picture.
export function readPictures(draw) {
  const sheet = byId("sheet"), read = (files) => readPicture(draw, files?.[0]);
  byId("picture-tools").hidden = false;
  byId("picture-file").onchange = ({ target }) => {
    read(target.files);
    target.value = "";  // the same file may be chosen again
  };
  document.addEventListener("paste", (event) => read(event.clipboardData?.files));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    sheet.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) sheet.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    sheet.classList.remove("dropping");
    read(event.dataTransfer.files);
  });
}

async function readPicture(draw, file) {
  if (!file) return;
  location.hash = "#draw";
  draw.clear();
  await new Promise(requestAnimationFrame);  // which shows the empty sheet, without words
  const { version } = draw;
  if (file.size > MOST_BYTES) return complain("That is too large: a picture has at most 20 MB here.");
  setText(byId("caption"), "reading the picture …");
  try {
    const answer = await ask("/picture", { method: "POST", body: file });
    const { single, number, size } = answer;
    if (draw.version !== version) return;  // something else is on the sheet by now
    const several = single.digit === null && number.digits.length > 1;
    const boxed = several || single.digit !== null ? number.digits : [];
    const boxes = boxed.map((digit) => onSheet(digit, size));
    const words = several ? wordsOfNumber(number) : wordsFor(single);
    const picture = { url: URL.createObjectURL(file), boxes, several, words };
    draw.open(Uint8Array.from(single.image), file.name || "a picture", picture);
  } catch (error) {
    if (draw.version === version) complain(error.message);
  }
}

function complain(sentence) {
  setText(byId("caption"), sentence);
  say(sentence);
}

// A box in pixels of the picture, where the picture stands in the middle of the sheet.
function onSheet({ digit, box: [x, y, width, height] }, [across, down]) {
  const scale = SHEET / Math.max(across, down);
  const left = (SHEET - across * scale) / 2, top = (SHEET - down * scale) / 2;
  return { digit, box: [left + x * scale, top + y * scale, width * scale, height * scale] };
}

// As `DrawView.showAnswer` takes it; null for what the page says itself of the image.
function wordsFor(single) {
  if (single.reason === "blank") return ["no digit found"];
  return single.digit === null ? null : [String(single.digit), percent(single.probability)];
}

function wordsOfNumber({ number, digits, reason }) {
  const together = percent(digits.reduce((product, { probability }) => product * probability, 1));
  return [number.replaceAll("\n", " / "), reason ? `${together}, ${reason}` : together];
}

// Where strokes are several digits, have them read as a number once the pen rests.
export function readNumbers(draw) {
  draw.settling.push(async (reading) => {
    if (reading?.reason !== "several digits" || draw.shown) return;
    const { version } = draw;
    try {
      const answer = await post("/number", { strokes: draw.sheet.strokes });
      if (draw.version !== version || !answer.digits.length) return;
      draw.showBoxes(answer.digits);
      draw.showAnswer(wordsOfNumber(answer));
    } catch (error) {
      if (draw.version === version) complain(error.message);
    }
  });
}
