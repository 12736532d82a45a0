"""The twin network.

- siamese: its layers, embeddings and scores
- centring: drawings brought to the middle of the picture and to a common size
- weights: networks as files
- programs: networks as files that run without this project: ONNX, torch.export
"""
