from epochscope import compare

comparison = compare(" I think therefore I am.", cell="rnn", readout=[False, True], seed=2, epochs=100)
comparison.train()

# --- What its page tells.
without, readout = (run.history for run in comparison.runs)
page = comparison
shown = int(readout.accuracy.argmax())
facts = {
    "positions": readout.positions,
    "first": shown,
    "most": without.n_correct.max(),
    "loss": f"{without.losses[-1]:.2f}",
    "readout_loss": f"{readout.losses[-1]:.3f}",
}
