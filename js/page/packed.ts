/** The style sheet and the scripts of an exported page, which are packed in elements of type text/plain. */
import { unpacked } from "./contents";

/**
 * Insert every packed element before its data, in the order of the document: a style sheet stays, a script runs at once
 * and is removed, so that a page that a browser saves has it once. The content security policy has the hashes of the
 * unpacked texts. Rejects, without inserting anything, if the data is damaged or the browser too old.
 */
export async function insertPacked(page: Document): Promise<void> {
  const packed = [...page.querySelectorAll<HTMLElement>("script[data-packed]")];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // the hashes are of all characters
  const texts = await Promise.all(packed.map(async (data) => decoder.decode(await unpacked(data.textContent ?? ""))));
  packed.forEach((data, i) => {
    const made = page.createElement(data.dataset.packed as "script" | "style");
    if (data.dataset.module) made.dataset.module = data.dataset.module;
    made.textContent = texts[i] as string;
    data.before(made);
    if (data.dataset.packed === "script") made.remove();
  });
}
