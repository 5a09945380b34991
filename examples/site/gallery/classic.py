from epochscope import EpochScope

scope = EpochScope(" I think therefore I am.", seed=2)
scope.train()

# --- What its page tells.
history = scope.history
first = int(history.accuracy.argmax())
worst = first + int(history.accuracy[first:].argmin())
page = scope
languages = ("ko",)
shown = worst
facts = {
    "positions": history.positions,
    "first": first,
    "worst": worst,
    "left": history.n_correct[worst],
    "said": history.text(worst),
    "loss": f"{history.losses[first]:.2f}",
    "floor": next(f"{each.loss:.2f}" for each in history.references if each.kind == "saturation"),
}
