"""`demo [--band NAME=FILE ...] [--no-serve] [--json]`"""

from argparse import ArgumentParser
from typing import Any

from catalogs.imagery.fitsband import parse_band_argument
from galaxycat.commands import GalaxyCatCommand
from galaxycat.demo import PEOPLE, build_demo, demo_team
from galaxycat.errors import BadInput
from galaxycat.serving import prepare_statics, require_free_port, serve
from mlops.learning.spec import STEPS


class Command(GalaxyCatCommand):
    help = "Build the demo (the simulated galaxy, or the FITS files given), then serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--band", action="append", default=[], metavar="NAME=FILE[EXT]...", help="repeat for each band"
        )
        parser.add_argument("--size", type=int, default=2048, help="side of the simulated galaxy in pixels")
        parser.add_argument(
            "--steps", type=int, default=STEPS, help="steps of pre-training without labels; 0 for photometry alone"
        )
        parser.add_argument("--no-serve", action="store_true", help="build and report, then end")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def run(self, *, band: list[str], host: str, port: int, **options: Any) -> dict[str, Any]:
        bands = [parse_band_argument(argument) for argument in band]
        is_served = not options["no_serve"]
        if is_served and options["json"]:
            raise BadInput("--json: reports and ends, so it goes with --no-serve")
        if is_served:
            require_free_port(host, port)
        if options["steps"] < 0:
            raise BadInput(f"--steps: {options['steps']} is below 0; give a whole number")
        people = demo_team()
        self._show_people(people.passwords)
        result = build_demo(
            bands=bands, size_px=options["size"], steps=options["steps"], people=people, progress=self.progress
        )
        if is_served:
            self.progress(f"{result['galaxy']}: {result['sources']} sources, {result['votes']} simulated votes")
            prepare_statics()
            serve(host, port, lambda: self._invite(host, port, people.passwords))
        return result

    def summary(self, result: dict[str, Any]) -> str:
        agreement, binary = result["agreement"], result["agreement"]["groups"]
        kind = "simulated galaxy" if result["is_simulated"] else "galaxy"
        model = result["model"]
        accuracy = "not measured" if model["accuracy"] is None else f"{model['accuracy']:.1%} right"
        return "\n".join(
            [
                f"{result['galaxy']} ({kind}): {len(result['bands'])} bands, {result['sources']:,} sources",
                f"{result['votes']} votes of {agreement['n_annotators']} simulated annotators on {agreement['n_sources']} sources",
                f"human-to-mode agreement {agreement['human_to_mode']:.1%} (chance {agreement['human_to_mode_chance']:.1%}); "
                f"binary {binary['human_to_mode']:.1%} (chance {binary['human_to_mode_chance']:.1%})",
                f"model {model['name']}: {model['predictions']:,} predictions from {model['n_labels']} labelled sources, "
                f"{accuracy} ({model['evaluated_by']})",
                f"release {result['release']['version']}: rebuilt the same to the byte: {result['release']['verified']}",
                *(f"{format_}: {path}" for format_, path in result["exports"].items()),
            ]
        )

    def _show_people(self, passwords: dict[str, str]) -> None:
        """Before the long part, so that an interrupted first start does not swallow them."""
        if passwords:
            self.progress("Log-ins of the demo (each password is shown this once):")
            for username, password in passwords.items():
                self.progress(f"  {username:<10} {password}")

    def _invite(self, host: str, port: int, passwords: dict[str, str]) -> None:
        self._show_people(passwords)
        if not passwords:
            names = ", ".join(PEOPLE)
            self.progress(f"Log-ins: {names}; forgot a password? python manage.py changepassword NAME")
        self.progress(f"GalaxyCat answers at http://{host}:{port} (Ctrl-C stops it)")
