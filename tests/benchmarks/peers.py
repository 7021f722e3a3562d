"""What the product is measured beside, each in an environment of its own."""

import subprocess
import venv
from pathlib import Path

TITILER, VISIOMATIC, CROWD_KIT = "titiler-core==2.4.0", "visiomatic==3.0.7", "crowd-kit==1.4.2"
PEERS = {"titiler": [TITILER, "uvicorn"], "visiomatic": [VISIOMATIC], "crowd-kit": [CROWD_KIT]}


def peer(name: str, folder: Path) -> str:
    """The Python of a peer's environment, which is made where there is none."""
    home = folder / name
    python = home / "bin" / "python"
    if not (home / ".installed").is_file():
        print(f"installing {' '.join(PEERS[name])} ...", flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS[name]], check=True)
        (home / ".installed").touch()
    return str(python)
