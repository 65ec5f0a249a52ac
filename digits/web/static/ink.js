// Strokes of a pen as ink: digits/pictures/drawing.py says it in Python.

const SHORTEST = 160, LONGEST = 480, THINNEST_PEN = 4;

// Strokes of [x, y, width of the pen] -> the share of ink of each pixel, and where they lie.
export function inkOf(strokes) {
  const points = strokes.flat();
  if (!points.length) return { share: new Float32Array(1), height: 1, width: 1, left: 0, top: 0, scale: 1 };
  let [left, top, right, bottom, pens] = [Infinity, Infinity, -Infinity, -Infinity, 0];
  for (const [x, y, width] of points) {
    left = Math.min(left, x - width / 2);
    right = Math.max(right, x + width / 2);
    top = Math.min(top, y - width / 2);
    bottom = Math.max(bottom, y + width / 2);
    pens += width;
  }
  const longest = Math.max(right - left, bottom - top);
  const side = Math.min(Math.max(THINNEST_PEN / (pens / points.length) * longest, SHORTEST), LONGEST);
  const scale = side / longest;
  const width = Math.max(1, Math.ceil((right - left) * scale));
  const height = Math.max(1, Math.ceil((bottom - top) * scale));
  const ink = { share: new Float32Array(height * width), height, width, left, top, scale };
  for (const stroke of strokes) {
    const dots = stroke.map(([x, y, w]) => [(x - left) * scale, (y - top) * scale, w * scale / 2]);
    dots.forEach((dot, i) => addLine(ink, dots[Math.max(0, i - 1)], dot));
  }
  return ink;
}

// Ink a pen's way from one [x, y, radius] to another, in pixels, where there is less yet.
function addLine({ share, height, width }, [x0, y0, r0], [x1, y1, r1]) {
  const reach = Math.max(r0, r1) + 1;
  const left = Math.max(0, Math.trunc(Math.min(x0, x1) - reach));
  const right = Math.min(width, Math.trunc(Math.max(x0, x1) + reach) + 1);
  const top = Math.max(0, Math.trunc(Math.min(y0, y1) - reach));
  const bottom = Math.min(height, Math.trunc(Math.max(y0, y1) + reach) + 1);
  const dx = x1 - x0, dy = y1 - y0, squared = Math.max(dx * dx + dy * dy, 1e-12);
  for (let row = top; row < bottom; row++) {
    const y = row + 0.5 - y0;
    for (let column = left; column < right; column++) {
      const x = column + 0.5 - x0;
      const along = Math.min(Math.max((x * dx + y * dy) / squared, 0), 1);
      const across = x - along * dx, down = y - along * dy;
      const distance = Math.sqrt(across * across + down * down);
      const level = Math.min(Math.max(0.5 + r0 + along * (r1 - r0) - distance, 0), 1);
      const at = row * width + column;
      if (level > share[at]) share[at] = level;
    }
  }
}
