/** What of a recording was trained in a page, and its file. */
import type { PageWords } from "../../text/page-words";
import { fill, trainedFrom } from "../../text/words";
import type { Scene } from "../scene";

/** The first epoch that was trained in a page, by run; null: none. Reads signals. */
export const trainedOf = ({ runs }: Pick<Scene, "runs">): (number | null)[] =>
  runs.map(({ recording, version }) => {
    version.value;
    return recording.value && trainedFrom(recording.value.metadata, recording.value.epochs);
  });

/** One sentence for all runs, or one for each; empty if nothing was trained in the page. */
export function describeTrained(from: readonly (number | null)[], labels: readonly string[], words: PageWords): string {
  const [first] = from;
  if (from.every((epoch) => epoch === first)) {
    if (first === null || first === undefined) return "";
    return first === 0 ? words.trained : fill(words.trained_from, { epoch: first });
  }
  return from
    .flatMap((epoch, i) => {
      const run = labels[i] ?? "";
      if (epoch === null) return [];
      return [epoch === 0 ? fill(words.trained_run, { run }) : fill(words.trained_run_from, { run, epoch })];
    })
    .join(" ");
}

/** The name of the file of a run: letters and digits only, since it is written into a line of Python. */
export function fileName(label: string): string {
  const short = label
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 40);
  return `epochscope${short && `-${short}`}.npz`;
}

/** Let the browser save bytes as a file. */
export function save(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
