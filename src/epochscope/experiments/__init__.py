"""Many runs at once: the grid of their options, what trains them in parallel, their table and their file.

Trained by joblib, here or on a cluster. What is trained already needs no torch.
"""
