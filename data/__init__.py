"""Pictures in, tensors out. Knows nothing of networks or studies.

Also the tools that all packages share, because this is the lowest one: errors, cores, full_disk,
stderr, system_files, visible, whole_files.

- names: names of data sets, checked without loading any
- errors: errors that the command line prints as one line
- cores: processor cores that may be kept busy, and how threads share them
- full_disk: a disk that takes nothing more
- stderr: lines on stderr, as long as somebody can see them
- system_files: files that systems leave in a user's folders
- visible: text of others, with its control characters written out
- whole_files: files that appear whole or not at all
- sources: where pictures come from
- collection: a whole data set, one bit per pixel
- characters: the characters of some alphabets as one tensor of pictures
- splits: which alphabets and drawers train, validate and test
- one_shot_runs: the official one-shot runs, and random ones
- batches: what a training step sees
- compose: new characters, each made of two others
- mark: near-copies of characters, with a small mark each
- bend: characters bent, each its own way
- distort: random distortions of training pictures
- elastic: smooth displacements of places
- affine: places that an affine map takes pixels from
"""
