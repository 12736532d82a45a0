"""After the search: finalists, and the door through which a study's winner comes to its test.

- finalists: the best retrained, the winner named and tested
- retrain_task: what a worker process is given to do then
- retrain: one configuration trained with several seeds
- held_out: the tests on alphabets that no search has seen
"""
