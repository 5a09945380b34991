"""What a scope shows: a recording and what makes it grow.

A `Run` is a trainer (`training_run`), a training loop of the user's (`loop_run`), a finished recording (`replay_run`)
or one that another process writes (`followed_run`). Commands come from cells as method calls and from browsers as
messages (`commands`); a listener receives new epochs and states. Needs asyncio and threads, but neither torch nor
Jupyter.
"""
