/** Data embedded in an exported page. */
import { inflate } from "../player/inflate";

/** Decompress bytes that were compressed with zlib and encoded as base64. Throws an Error if they are damaged. */
export async function unpacked(base64: string): Promise<Uint8Array> {
  try {
    return await inflate(decodeBase64(base64));
  } catch (cause) {
    throw new Error("the page is damaged, or this browser is too old", { cause });
  }
}

/** The bytes of a base64 text. Throws an Error if it is not one. */
export function decodeBase64(base64: string): Uint8Array {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** The text of the element with this id; null if there is none. */
export const embeddedText = (id: string): string | null => document.getElementById(id)?.textContent ?? null;

/** The value of an element with JSON as base64; null: there is no such element. */
export function embeddedJson(id: string): unknown {
  const base64 = embeddedText(id);
  return base64 === null ? null : JSON.parse(new TextDecoder().decode(decodeBase64(base64)));
}
