/** Cross entropy of a prediction, as `torch.nn.functional.cross_entropy` defines it. */

/**
 * Write the gradient of the loss with respect to logits (V,) to `out`: their probabilities, minus 1 for the target. Return
 * the loss, -ln p(target) in nats. Without a target (none of 0 .. V - 1) write the probabilities, and return 0.
 */
export function crossEntropy(logits: ArrayLike<number>, target: number, out: Float64Array): number {
  const V = logits.length;
  let highest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < V; token++) highest = Math.max(highest, logits[token] as number);
  let sum = 0;
  for (let token = 0; token < V; token++) sum += out[token] = Math.exp((logits[token] as number) - highest);
  // The probability of the target minus 1 as minus the sum of the others: exact where it is almost 1.
  let others = 0;
  for (let token = 0; token < V; token++) {
    out[token] = (out[token] as number) / sum;
    if (token !== target) others += out[token] as number;
  }
  if (!(target >= 0 && target < V)) return 0;
  out[target] = -others;
  return Math.log(sum) + highest - (logits[target] as number);
}
