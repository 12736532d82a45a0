"""The twin network.

- distance: what twin networks have in common: a weighted distance of embeddings
- siamese: the twin network, its layers and embeddings
- ensemble: several trained networks that answer as one
- centring: drawings brought to the middle of the picture and to a common size
- weights: networks as files
- initial: the trained network that a training starts from
- teacher: a trained network whose answers another one learns
- given: which networks these are, by their content
- programs: networks as files that run without this project: ONNX, torch.export
"""
