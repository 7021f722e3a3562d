"""Chromium for the browser tests: found, or installed where that is possible. Run as a program it installs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMON_FLAGS = [
    "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Without WebGL: pages draw twice as fast as with all of it by software.
FLAGS = [*COMMON_FLAGS, "--disable-gpu", "--disable-software-rasterizer"]
# WebGL, and the page itself, drawn by a graphics card that is software.
GL_FLAGS = [*COMMON_FLAGS, "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Path of a Chromium: $CHROMIUM, on PATH, or Playwright's own."""
    if path := os.environ.get("CHROMIUM"):
        return path
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """By the system's packages where we are root, else by Playwright."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if find() is None:
        print("installing Chromium for the browser tests ...", flush=True)
        install()
    print(f"Chromium: {find() or 'none: the browser tests will be skipped, and fail where CI=true'}")
