// Connected components of ink: digits/pictures/components.py.

const JOINED = 0.4;

// {share, height, width} -> the number of the component of each pixel, from 1 on, 0 for paper; and
// the boxes [top, left, bottom, right] of all components, in the order in which rows meet them.
export function componentsOf({ share, height, width }) {
  const labels = new Int32Array(share.length), boxes = [];
  for (let start = 0; start < share.length; start++) {
    if (share[start] < JOINED || labels[start]) continue;
    const box = [height, width, 0, 0], todo = [start];
    boxes.push(box);
    labels[start] = boxes.length;
    while (todo.length) {
      const at = todo.pop(), row = Math.floor(at / width), column = at % width;
      grow(box, row, column);
      for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
          const there = y * width + x;
          if (share[there] < JOINED || labels[there]) continue;
          labels[there] = boxes.length;
          todo.push(there);
        }
      }
    }
  }
  return { labels, boxes };
}

// The box of all ink that joins, or null.
export function boxOf({ share, width }) {
  const box = [Infinity, Infinity, 0, 0];
  for (let i = 0; i < share.length; i++) {
    if (share[i] >= JOINED) grow(box, Math.floor(i / width), i % width);
  }
  return box[2] ? box : null;
}

function grow(box, row, column) {
  box[0] = Math.min(box[0], row);
  box[1] = Math.min(box[1], column);
  box[2] = Math.max(box[2], row + 1);
  box[3] = Math.max(box[3], column + 1);
}
