"""Web, worker and learner processes, started together and stopped together."""

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command, get_commands

from galaxycat.errors import BadInput, DomainError
from galaxycat.statics import HashedStaticFilesStorage

BACKGROUND = ("worker", "learner")
POLL_S = 0.2
GRACE_S = 10.0


class ProcessDied(DomainError):
    """One of the processes ended by itself; the others were stopped."""


def commands(host: str, port: int) -> dict[str, list[str]]:
    """Process name -> command line."""
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    web = [sys.executable, "-m", "uvicorn", "galaxycat.asgi:application", "--host", host, "--port", str(port)]
    return {
        "web": [
            *web,
            "--log-level",
            "warning",
            "--timeout-graceful-shutdown",
            "5",
            "--app-dir",
            str(settings.BASE_DIR),
        ],
        # Only with a command for them: a process that cannot start would end all of them.
        **{name: [*manage, name] for name in BACKGROUND if name in get_commands()},
    }


def prepare_statics() -> None:
    """Hash and compress the static files, where they have changed since the last time."""
    if not isinstance(staticfiles_storage, HashedStaticFilesStorage):
        return
    stamp = settings.STATIC_ROOT / ".collected"
    fingerprint = _statics_fingerprint()
    if not stamp.is_file() or stamp.read_text() != fingerprint:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def _statics_fingerprint() -> str:
    """A digest of every static file's path, size and time of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            changed = storage.get_modified_time(name).isoformat()
            digest.update(f"{name} {storage.size(name)} {changed}\n".encode())
    return digest.hexdigest()


def require_free_port(host: str, port: int) -> None:
    """Raises BadInput for a port that is none, and when something listens there already."""
    if not 0 < port < 65536:
        raise BadInput(f"--port: {port} is not a port; choose one from 1 to 65535")
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(f"--port: {host}:{port} cannot be used ({error.strerror}); choose another port") from error


def serve(host: str, port: int, on_ready: Callable[[], None]) -> None:
    """Run all processes until Ctrl-C or SIGTERM; `on_ready` is called once the web process answers.

    Raises ProcessDied when a process ends by itself. Whatever happens, nothing it started is left running.
    """
    # Their own sessions: Ctrl-C reaches us alone, and we stop them in order.
    running = {
        name: subprocess.Popen(command, start_new_session=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})  # noqa: S603 - our own commands
        for name, command in commands(host, port).items()
    }
    try:
        with _sigterm_as_interrupt():
            _wait_until_answering(host, port, running)
            on_ready()
            while True:
                _require_alive(running)
                time.sleep(POLL_S)
    except KeyboardInterrupt:
        pass
    finally:
        _stop(running)


def _wait_until_answering(host: str, port: int, running: dict[str, subprocess.Popen[bytes]]) -> None:
    while True:
        _require_alive(running)
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(POLL_S)


def _require_alive(running: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise ProcessDied(
                f"the {name} process ended with exit code {process.returncode}; its last lines above say why"
            )


def _stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    # An impatient second Ctrl-C must not leave anything running.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for process in running.values():
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
    for process in running.values():
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
