"""A network's training.

- trainer: the training loop, from epoch to epoch
- inputs: the batches, and their pictures distorted
- step_memory: what a training step holds, from the configuration alone
- speed: of a training, in pictures a second
- open_epoch: an epoch under way, and what it takes to go on in its middle
- epoch_report: what a training yields after each epoch
- losses: the four losses
- optimiser: each layer's learning rate, momentum and L2 weight
- averaging: the moving average of the weights
- validation: the accuracy by which the best epoch is chosen
- checkpoint: a training's state as a file
"""
