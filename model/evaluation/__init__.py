"""What a trained network is worth, and its use.

- embeddings: characters with what a network made of each picture
- scores: accuracy over everything that an alphabet's scores can answer
- finite_scores: the check that scores are finite
- one_shot: accuracy on given one-shot runs, such as the official ones
- verification: same or different, over pairs
- calibration: whether a network's probabilities are right
- unstructured: one-shot trials of characters from all alphabets
- digits: one-shot accuracy on MNIST
- baselines: accuracy without any learning
- classify: a new picture's class among known ones
- rejection: when a new picture is of none of them
- standard_error: a mean and its standard error
- quoted: what others have reported
"""
