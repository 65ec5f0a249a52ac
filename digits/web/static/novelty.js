// Whether an image is like those of its digit: digits/reader/novelty.py.

// Squared ink off the axes of the digit, in pixels that are all ink.
export function reconstructionError({ means, axes }, posed, label) {
  const inputs = posed.length, count = axes.length / means.length;
  const off = Float64Array.from(posed, (level, i) => level / 255 - means[label * inputs + i]);
  let error = off.reduce((sum, value) => sum + value * value, 0);
  for (let axis = 0; axis < count; axis++) {
    const start = (label * count + axis) * inputs;
    const along = off.reduce((sum, value, i) => sum + value * axes[start + i], 0);
    error -= along * along;
  }
  return error;
}
