"""Callbacks that watch the training loops of other libraries: PyTorch Lightning, and Transformers by Hugging Face.

Each is a module that needs its library, so it is imported by its own name: `epochscope.callbacks.lightning` or
`epochscope.callbacks.transformers`.
"""
