#!/usr/bin/env bash
# A study on a Slurm cluster: the array's task 0 runs it, the others add their workers to it.
# From the project's folder, on a file system that all nodes have:
#   export HPO_STORAGE=postgresql+psycopg://USER@HOST/DATABASE   # the password: in ~/.pgpass
#   sbatch --array=0-15 deploy/slurm.sh quick
# Further arguments go to every task: options that `run` and `join` both have, as --workers 4.
# DRY_RUN=1 SLURM_ARRAY_TASK_ID=3 bash deploy/slurm.sh quick prints what task 3 would run.
#
#SBATCH --job-name=siamese-hpo
#SBATCH --array=0-7
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
#SBATCH --output=slurm-%A_%a.txt
#SBATCH --open-mode=append
#
# A GPU for each task: take one # away.
##SBATCH --gpus=1
#
# Two minutes before the time limit the step below, not this script, is told to end: it gives its
# trial back, and the task is queued again.
#SBATCH --signal=TERM@120
#SBATCH --requeue
set -euo pipefail

: "${1:?the name of a study is missing: sbatch deploy/slurm.sh quick}"
: "${HPO_STORAGE:?must be set: a database that all nodes reach, postgresql+psycopg://...}"
python=${PYTHON:-.venv/bin/python}
cores=${SLURM_CPUS_PER_TASK:-1}
export OMP_NUM_THREADS=$cores

try() {
    if [[ -n ${DRY_RUN:-} ]]; then
        echo "$*"
    else
        "$@"
    fi
}

if [[ ${SLURM_ARRAY_TASK_ID:-0} == 0 ]]; then
    command='run'
else
    command='join'
    # For half an hour: task 0 may get its node later than this one. Then `join` tells what is wrong.
    for _ in {1..180}; do
        try "$python" run_study.py status "$1" && break
        sleep 10
    done
fi

status=0
try srun --ntasks=1 --cpus-per-task="$cores" "$python" run_study.py "$command" "$@" || status=$?
if [[ $status == 130 || $status == 143 ]]; then
    # Not by SLURM_JOB_ID: one task has that of the whole array.
    try scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$status"
