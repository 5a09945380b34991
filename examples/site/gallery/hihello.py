from epochscope import EpochScope

scope = EpochScope("hihello", cell="rnn", alphabet="hielo", readout=True, epochs=60)
scope.train()

# --- What its page tells.
history = scope.history
page = scope
shown = len(history) - 1
facts = {
    "positions": history.positions,
    "first": history.accuracy.argmax(),
}
