"""What optuna-dashboard shows of a study.

- server: the dashboard itself, for this machine's browser
- study_page: the study's note and plots, brought up to date
- notes: what the notes say, in Markdown
- plots: the plots of a study
- pictures: the pictures of a trial
- trial_artifacts: what a finished trial carries
"""
