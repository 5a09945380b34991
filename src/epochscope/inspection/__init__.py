"""What a described network does inside, computed from its recorded weights in float64.

It needs numpy alone, no torch: a recording that carries weights can be examined wherever it can be replayed, e.g. in a
browser's Python or on a machine without PyTorch. The equations are those of torch's documentation.
"""
