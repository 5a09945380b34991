/** The distributions of torch's initial weights, drawn by a generator of our own: a seed gives other numbers than in torch. */
import { rowsOf, weightCount, zeros } from "./network";
import { normalNumbers, randomNumbers } from "./random";
import type { FlatWeights, NetworkShape } from "./types";

/**
 * Return initial weights (W,), in the order of the description.
 *
 * As in torch.nn: recurrent layers are uniform within 1 / sqrt(H), a linear layer within 1 / sqrt(H) of the layer below
 * it, an embedding is normal with variance 1. `forgetBias` is added to the biases b_ih of the forget gates of an LSTM.
 */
export function initialWeights(shape: NetworkShape, seed: number, forgetBias = 0): FlatWeights {
  const { tokens, embedding, layers, output, dtype } = shape;
  const weights = zeros(dtype, weightCount(shape));
  const uniform = randomNumbers(seed);
  const normal = normalNumbers(uniform);
  let at = 0;
  const draw = (count: number, next: () => number) => {
    for (const end = at + count; at < end; at++) weights[at] = next();
  };
  const within = (bound: number) => () => bound * (2 * uniform() - 1);
  if (embedding !== null) draw(tokens * embedding, normal);
  for (const layer of layers) {
    const size = layer.hidden_size;
    const columns = layer.input_size + size + (layer.bias ? 2 : 0);
    draw(rowsOf(layer) * columns, within(1 / Math.sqrt(size)));
    if (layer.cell !== "lstm" || !layer.bias) continue;
    const biases = at - 2 * rowsOf(layer); // b_ih, then b_hh
    for (let row = size; row < 2 * size; row++) weights[biases + row] = (weights[biases + row] as number) + forgetBias;
  }
  const below = layers.at(-1)?.hidden_size ?? 1;
  if (output !== null) draw(tokens * (below + (output.bias ? 1 : 0)), within(1 / Math.sqrt(below)));
  return weights;
}
