"""The experiments of the paper and of its re-implementations, a module each."""
