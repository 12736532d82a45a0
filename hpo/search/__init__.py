"""The search: trials until the budget is spent. Reaches neither test alphabets nor data sources.

- given_networks: trained networks that trainings start from, or learn from
- loop: the search of one worker
- objective: one trial, from its parameters to its value
- claims: taking a trial, giving it back, noticing that another worker has it
- dead_workers: noticing that a worker died, so that its trial waits for another, or fails
- failures: noticing that trials keep failing
- lockstep: what a trial may see, so that any number of workers finds the same trials
- heartbeat: signs of life while a trial trains
- checkpoints: the last epoch of each unfinished trial
- warm_start: the best trials of an older study, tried first
- enqueue: configurations of one's own, tried next
"""
