/** A network that the page can compute: `recording/network.py` writes it. Types only. */

export type CellKind = "rnn" | "lstm" | "gru";

/** One recurrent layer. Weights in the order of torch: weight_ih, weight_hh and, with `bias`, bias_ih and bias_hh. */
export interface LayerShape {
  cell: CellKind;
  input_size: number;
  hidden_size: number;
  bias: boolean;
  /** of an RNN */
  nonlinearity: "tanh" | "relu";
}

/** The weights are stored one after the other: embedding (V, D), layers, output weight (V, H) and bias (V,). */
export interface NetworkShape {
  /** V */
  tokens: number;
  /** D; null: one-hot vectors of size V */
  embedding: number | null;
  layers: LayerShape[];
  /** null: the hidden state of the last layer is the logits */
  output: { bias: boolean } | null;
  dtype: "float32" | "float64";
}

export type FlatWeights = Float32Array | Float64Array;
