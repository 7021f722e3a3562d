"""What the task queue runs: it knows jobs by their number and nothing of what they do."""

from django_tasks import task


@task()
def run_job_task(job_id: int) -> None:
    """Run the job, unless somebody else has it or it was cancelled meanwhile."""
    from galaxycat.jobs.running import run_job

    run_job(job_id)
