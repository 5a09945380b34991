"""Training of a small network on a text, one epoch at a time, with every epoch recorded and restorable.

`Trainer` is the public class. It builds the network (`CharRNN` or the user's module) and its optimizer, checks all
arguments before anything is trained, and works in a plain script as well as in a notebook. This package needs torch.
"""
