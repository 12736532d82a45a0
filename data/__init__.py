"""Pictures in, tensors out. Knows nothing of networks or studies."""
