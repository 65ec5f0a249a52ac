// The model and digits that come along, unpacked: digits/web/page.py packs them.

// Bytes of a number, how an array of them is read, and what each then stands for.
const KINDS = {
  uint8: [1, Uint8Array], float32: [4, Float32Array],
  int16: [2, Int16Array, (whole, fineness) => whole / fineness],
};

// Page data -> the same with an array for each name that its "arrays" lists.
export async function openModel(pageData) {
  const packed = Uint8Array.from(atob(pageData.data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const model = { ...pageData };
  let start = 0;
  for (const [name, dtype, shape] of pageData.arrays) {
    const [size, Kind, meaning] = KINDS[dtype], count = shape.reduce((product, side) => product * side, 1);
    const planes = bytes.subarray(start, start += size * count);
    // all first bytes lie together, then all second ones: that packs better
    const values = new Kind(Uint8Array.from(planes, (_, i) => planes[i % size * count + Math.floor(i / size)]).buffer);
    model[name] = meaning
      ? Float32Array.from(values, (value) => meaning(value, pageData.fineness)) : values;
  }
  return model;
}
