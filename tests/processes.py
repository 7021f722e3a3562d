"""The product's own commands as processes of their own, on the test database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

START = "import django; django.setup(); from django.core.management import call_command; "
LEARN = START + "call_command('learner')"
WORK = START + "call_command('worker')"


def database_url() -> str:
    """The test database, as another process finds it."""
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    return f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT'] or 5432}/{own['NAME']}"


@contextmanager
def processes(home: Path) -> Iterator[Callable[[str], subprocess.Popen]]:
    """Starts a process with this Python code, its files under `home`; whatever still runs at the end is killed."""
    environment = os.environ | {
        "DATABASE_URL": database_url(), "GALAXYCAT_HOME": str(home), "OMP_NUM_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "galaxycat.settings",
    }  # fmt: skip
    running = []

    def start(code: str) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=Path(settings.BASE_DIR))
        running.append(process)
        return process

    try:
        yield start
    finally:
        for process in running:
            process.kill()
            process.wait()


def wait_until(is_so, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)
