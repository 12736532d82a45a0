"""The paper's own search, run: parts of the experiment `search`, each of which can be run alone.

- settings: the studies, how many configurations, trials and pairs; the starts a person would give
- worth: what the space is worth: random configurations beside untrained networks
- searches: samplers beside random search, with repetitions
- searched: what each of them found, and after how much work
- work: operations of a training
- beside_random: what the others found beside random search, and how soon
- figures: their pictures
- longest: the best configuration trained for long, its networks kept on the way and tested after
- most_epochs: the best configuration trained in as many epochs as the paper allows
- compared: configurations trained for as many pairs, and measured side by side
- splits: the best configuration with one change each
- staircase: from the paper's recipe to ours in steps
- paper_size: the paper's network at 105x105, trained as the best at 35x35
- table1: verification by the number of training pairs
"""
