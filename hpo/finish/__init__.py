"""After the search: the only door to the test alphabets.

- finalists: the best retrained, the winner named and tested
- retrain_task: what a worker process is given to do then
- retrain: one configuration trained with several seeds
- held_out: the tests on alphabets that no search has seen
"""
