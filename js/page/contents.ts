/** What a page carries beside its scripts: data that no parser of HTML can misread. */

/** Bytes that were deflated (as zlib does) and written in base64. Throws where they were damaged on the way. */
export async function unpacked(base64: string): Promise<Uint8Array> {
  try {
    return await inflated(base64);
  } catch (cause) {
    throw new Error("the page is damaged, or this browser too old for it", { cause });
  }
}

async function inflated(base64: string): Promise<Uint8Array> {
  const letters = atob(base64);
  const packed = new Uint8Array(letters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = letters.charCodeAt(i);
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** The text of the element with this id; null where the page has none. */
export const carried = (id: string): string | null => document.getElementById(id)?.textContent ?? null;
