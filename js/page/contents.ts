/** Data embedded in an exported page. */

/** Decompress bytes that were compressed with zlib and encoded as base64. Throws an Error if they are damaged. */
export async function unpacked(base64: string): Promise<Uint8Array> {
  try {
    return await inflated(base64);
  } catch (cause) {
    throw new Error("the page is damaged, or this browser is too old", { cause });
  }
}

async function inflated(base64: string): Promise<Uint8Array> {
  const letters = atob(base64);
  const packed = new Uint8Array(letters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = letters.charCodeAt(i);
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** The text of the element with this id; null if there is none. */
export const embeddedText = (id: string): string | null => document.getElementById(id)?.textContent ?? null;
