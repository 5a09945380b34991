from epochscope import EpochScope

scope = EpochScope(" I think therefore I am.", seed=2)
history = scope.train()
scope.ask(
    "choice",
    shown=int(history.accuracy.argmax()),  # the first epoch with all correct
    prompt="Now every character is correct, and training goes on as before. What happens?",
    options=[
        "It stays correct to the end",
        "One or two characters become wrong now and then",
        "It forgets much of the sentence, and learns it again",
    ],
    answer=2,
    why="Adam divides each step by the recent size of the gradient. With small gradients the steps "
    "stay as large as the learning rate allows, until one of them goes too far.",
)

# --- What its page tells.
page = scope
shown = int(history.accuracy.argmax())
picture = history.fork(shown + 1)  # what comes then is the question
facts = {}
