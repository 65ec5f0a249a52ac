// Rounding, resizing and the maximum filter as NumPy, Pillow and digits/pictures/filters.py have them.

// To the nearest whole number, halves to the even one.
export function rint(value) {
  const whole = Math.floor(value), rest = value - whole;
  return rest === 0.5 ? whole + Math.abs(whole % 2) : whole + (rest > 0.5);
}

const KERNELS = {
  box: [0.5, (x) => +(x > -0.5 && x <= 0.5)],
  bilinear: [1, (x) => Math.max(0, 1 - Math.abs(x))],
  bicubic: [2, (x) => {
    x = Math.abs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  }],
};

// Pillow's way: across first, then down; a shrinking kernel is as much wider.
export function resizedTo({ share, height, width }, newHeight, newWidth, kind) {
  const across = new Float32Array(height * newWidth), down = new Float32Array(newHeight * newWidth);
  weights(width, newWidth, kind).forEach(([first, shares], column) => {
    for (let row = 0; row < height; row++) {
      let sum = 0;
      shares.forEach((weight, k) => { sum += share[row * width + first + k] * weight; });
      across[row * newWidth + column] = sum;
    }
  });
  weights(height, newHeight, kind).forEach(([first, shares], row) => {
    for (let column = 0; column < newWidth; column++) {
      let sum = 0;
      shares.forEach((weight, k) => { sum += across[(first + k) * newWidth + column] * weight; });
      down[row * newWidth + column] = sum;
    }
  });
  return { share: down, height: newHeight, width: newWidth };
}

// Of each new pixel: the first old one it is made from, and the share that each has in it.
function weights(length, newLength, kind) {
  if (length === newLength) return Array.from({ length }, (_, i) => [i, [1]]);
  const [reach, kernel] = KERNELS[kind];
  const scale = length / newLength, stretch = Math.max(scale, 1);
  return Array.from({ length: newLength }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach * stretch + 0.5));
    const last = Math.min(length, Math.trunc(centre + reach * stretch + 0.5));
    const shares = Array.from({ length: last - first },
      (_, k) => kernel((first + k - centre + 0.5) / stretch));
    const sum = shares.reduce((total, weight) => total + weight, 0);
    return [first, shares.map((weight) => weight / sum)];
  });
}

// The most within a square around each pixel, on a grid that has grown by its radius on all sides.
export function maximumFilter({ share, height, width }, radius) {
  const rows = height + 2 * radius, columns = width + 2 * radius;
  const across = new Float32Array(height * columns), all = new Float32Array(rows * columns);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const level = share[row * width + column], at = row * columns + column;
      if (level) for (let k = 0; k <= 2 * radius; k++) if (level > across[at + k]) across[at + k] = level;
    }
  }
  for (let at = 0; at < across.length; at++) {
    const level = across[at];
    if (level) for (let k = 0; k <= 2 * radius; k++) {
      const there = at + k * columns;
      if (level > all[there]) all[there] = level;
    }
  }
  return { share: all, height: rows, width: columns };
}
