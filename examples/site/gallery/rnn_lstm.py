from epochscope import compare

comparison = compare(" I think therefore I am.", cell=["rnn", "lstm"], seed=2)
comparison.train()

# --- What its page tells.
rnn, lstm = (run.history for run in comparison.runs)
page = comparison
shown = int(lstm.accuracy.argmax())
facts = {
    "positions": rnn.positions,
    "rnn": rnn.n_correct.max(),
    "lstm": lstm.n_correct.max(),
    "rnn_loss": f"{rnn.losses.min():.2f}",
    "lstm_loss": f"{lstm.losses.min():.2f}",
    "rnn_text": rnn.text(shown),
    "epoch": shown,
}
