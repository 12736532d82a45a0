"""What a study is, from its TOML file on.

- definition: the study's configuration, checked
- file: reading a definition from a file, or from what a storage keeps
- parameter: one value that a study searches
- learning_rates: of each layer, and whether its parameter is a factor
- parameter_words: parameters' names as people say them
- space: where a study's values are open, and the configuration that a trial's values make
- samplers: the sampler of a study
- pruners: the pruner of a study
- transfer: a configuration brought into the space of another study
- results: what a finished study found
- accuracies: the accuracies in it
"""
