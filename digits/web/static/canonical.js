// One pose and one pen for every digit: digits/preprocessing/canonical.py, with its formulas.

import { rint } from "./filters.js";

const ACROSS = 28, MIDDLE = 13.5, SPREAD_X = 4.5, SPREAD_Y = 6, LARGEST_FACTOR = 2, INK = 143.5;
const FAINT = 32, MARGIN = 2, PADDED = ACROSS + 2 * MARGIN;

// Uint8Array(784) -> the same in canonical pose.
export function canonical(image) {
  const posed = onePen(sampled(image, poseOf(image)));
  return Uint8Array.from(posed, (level) => level < FAINT ? 0 : rint(level));
}

// Where canonical pixel (v, u), from the middle, lies: y = meanY + scaleY v, x = meanX + slant (y - meanY) + scaleX u.
function poseOf(image) {
  let [mass, sumY, sumX, sumYY, sumXX, sumXY] = [0, 0, 0, 0, 0, 0];
  image.forEach((level, i) => {
    const y = Math.floor(i / ACROSS), x = i % ACROSS;
    mass += level;
    sumY += level * y;
    sumX += level * x;
    sumYY += level * y * y;
    sumXX += level * x * x;
    sumXY += level * x * y;
  });
  mass = Math.max(mass, 1e-6);
  const meanY = sumY / mass, meanX = sumX / mass;
  const varY = Math.max(sumYY / mass - meanY * meanY, 1e-6), varX = sumXX / mass - meanX * meanX;
  const slant = (sumXY / mass - meanX * meanY) / varY;
  const upright = Math.max(varX - slant * slant * varY, 0);
  const limited = (factor) => Math.min(Math.max(factor, 1 / LARGEST_FACTOR), LARGEST_FACTOR);
  const scaleY = limited(Math.sqrt(varY) / SPREAD_Y), scaleX = limited(Math.sqrt(upright) / SPREAD_X);
  return { meanY, meanX, slant, scaleY, scaleX };
}

function sampled(image, { meanY, meanX, slant, scaleY, scaleX }) {
  const padded = new Float64Array(PADDED * PADDED), posed = new Float64Array(image.length);
  image.forEach((level, i) => {
    padded[(Math.floor(i / ACROSS) + MARGIN) * PADDED + i % ACROSS + MARGIN] = level;
  });
  const inside = (place) => Math.min(Math.max(place + MARGIN, 0), PADDED - 1.001);
  for (let i = 0; i < posed.length; i++) {
    const below = scaleY * (Math.floor(i / ACROSS) - MIDDLE);
    const y = inside(meanY + below), x = inside(meanX + slant * below + scaleX * (i % ACROSS - MIDDLE));
    const row = Math.floor(y), column = Math.floor(x), at = row * PADDED + column;
    const between = (first) => padded[first] + (padded[first + 1] - padded[first]) * (x - column);
    posed[i] = between(at) + (between(at + PADDED) - between(at)) * (y - row);
  }
  return posed;
}

// Thickened or thinned towards the wanted amount of ink, by a pixel at most.
function onePen(ink) {
  const thick = withNeighbours(Math.max, ink), thin = withNeighbours(Math.min, ink);
  const amount = total(ink), wanted = 255 * INK;
  const share = (lack, most) => Math.min(Math.max(lack / (most + 1), 0), 1);
  const thicken = share(wanted - amount, total(thick) - amount);
  const thinned = share(amount - wanted, amount - total(thin));
  return ink.map((level, i) => level + thicken * (thick[i] - level) - thinned * (level - thin[i]));
}

function total(levels) {
  return levels.reduce((sum, level) => sum + level, 0);
}

// Each pixel combined with the four beside it; outside is no ink.
function withNeighbours(combine, ink) {
  return ink.map((level, i) => {
    const column = i % ACROSS;
    return combine(level, ink[i - ACROSS] ?? 0, ink[i + ACROSS] ?? 0,
      column ? ink[i - 1] : 0, column < ACROSS - 1 ? ink[i + 1] : 0);
  });
}
