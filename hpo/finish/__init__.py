"""After the search: finalists, and the door through which a study's winner comes to its test.

- once: one process finishes a study, the others wait for its results
- finisher: which process that is, and whether it lives
- finalists: the best retrained, the winner named and tested
- retrain_task: what a worker process is given to do then
- retrain: one configuration trained with several seeds
- calibrate: when `classify` answers `unknown`
- combine: several trained networks made one
- held_out: the tests on alphabets that no search has seen
"""
