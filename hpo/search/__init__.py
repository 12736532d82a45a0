"""Trials until the budget is spent. Reaches neither the test alphabets nor any data source.

- loop: one worker's search
- objective: one trial
- claims: taking a trial, giving it back, noticing that another has it
- dead_workers: noticing that a worker died; its trial waits for another, or fails
- heartbeat: signs of life while a trial trains
- checkpoints: the last epoch of each unfinished trial
- warm_start: the best of an older study, tried first
"""
