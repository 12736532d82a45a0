"""One configuration in, one trained and measured network out. Knows nothing of Optuna.

- config, pictures_config, batch_config, distortion_config, strict: everything that a training
  depends on, validated
- document: TOML, JSON and YAML files, read
- bounded_file: files read up to a limit, in bytes and in time
- config_file: configuration files, written, and checked as they are read
- stored_config: configurations beside what was trained, told from others
- device: where to compute, and in which precision
- memory: what a training gives back, it takes again
- network: the twin network
- training: the losses, the optimiser, the training loop and its checkpoints
- evaluation: one-shot and verification accuracy, baselines, classification
"""
