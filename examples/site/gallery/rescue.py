from epochscope import EpochScope

scope = EpochScope(" I think therefore I am.", seed=2)
history = scope.train()

first = int(history.accuracy.argmax())  # the first epoch with all correct
worst = first + int(history.accuracy[first:].argmin())  # the lowest point after it

scope.branch(worst - 20, lr=0.01)  # a tenth of the learning rate
scope.train()

# --- What its page tells.
calm = scope.history
page = scope
shown = worst
facts = {
    "branch": worst - 20,
    "worst": worst,
    "before": history.n_correct[worst],
    "after": calm.n_correct[worst],
    "positions": calm.positions,
    "steady": calm.n_correct[worst - 20 :].min(),
}
