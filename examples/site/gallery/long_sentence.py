from epochscope import EpochScope

sentence = (
    "if you want to build a ship, don't drum up people together to collect wood "
    "and don't assign them tasks and work, but rather teach them to long "
    "for the endless immensity of the sea."
)
scope = EpochScope(sentence, cell="rnn", num_layers=2, readout=True, window=10, epochs=100)
scope.train()

# --- What its page tells.
history = scope.history
page = scope
shown = 20
facts = {
    "windows": len(sentence) - 10,
    "positions": history.positions,
    "end": history.n_correct[-1],
    "unsure": f"{history.p_target[-1, 0]:.2f}",
    "early": history.text(2),
}
