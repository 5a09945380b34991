/**
 * A program for Python's tests: what js/network/ predicts with the weights of many epochs.
 *
 * Arguments: a JSON file {network, tokens, window} and a file of little-endian weights, epoch after epoch, in the dtype of
 * the network. Prints a JSON array of predictions, (E, P).
 */
import { readFileSync } from "node:fs";
import { Network, weightCount } from "../network/network";
import { read } from "../network/pass";
import type { NetworkShape } from "../network/types";

const [contents = "", weights = ""] = process.argv.slice(2);
const { network, tokens, window } = JSON.parse(readFileSync(contents, "utf8")) as {
  network: NetworkShape;
  tokens: number[];
  window: number | null;
};
const bytes = new Uint8Array(readFileSync(weights)).buffer;
const values = network.dtype === "float32" ? new Float32Array(bytes) : new Float64Array(bytes);
const count = weightCount(network);
const predictions = Array.from({ length: values.length / count }, (_, epoch) => {
  const { predictions } = read(new Network(network, values.subarray(epoch * count, (epoch + 1) * count)), tokens, {
    window,
  });
  return [...predictions];
});
process.stdout.write(JSON.stringify(predictions));
