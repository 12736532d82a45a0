"""Where studies live: in a storage, in a folder, and in stores of artifacts.

- studies: studies started, taken up, found again; their attributes
- begun_anew: a study that was deleted and begun anew while it was in use
- asked_budgets: the budgets that several processes ask for
- convergence: studies that end before their budget is spent
- stored_results: the results in the study's storage, and the winner's weights in its store
- finisher_claim: the process that finishes a study
- found_results: results in a study's folder, and whether they are of its storage
- trained_pictures: pictures that trained networks have seen
- shipped: the network that comes with the project
- workspace: the names of all files in a study's folder
- artifacts: stores of checkpoints and pictures
- store_errors: what the exceptions of such a store mean
- store_patience: such a store that is away is waited for
"""
