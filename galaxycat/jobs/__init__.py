"""Background jobs: what runs in worker processes, with progress, log, cancel and retry."""
