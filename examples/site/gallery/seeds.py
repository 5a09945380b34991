from epochscope import sweep

runs = sweep(" I think therefore I am.", readout=[False, True], seeds=8, epochs=200)

# --- What its page tells.
page = runs
shown = None
rates = runs.rates()
facts = {
    "seeds": 8,
    "ever": f"{rates.loc[False, 'ever']:.0%}",
    "end": f"{rates.loc[False, 'at_end']:.0%}",
    "readout_end": f"{rates.loc[True, 'at_end']:.0%}",
}
