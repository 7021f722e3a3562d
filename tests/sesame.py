"""A server on this machine that knows objects by name and answers as Sesame does."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

FOUND = """# {name}\t#Q26338301
#=Sc=Simbad (via url):    1     1ms
%@ 1237
%C.0 GiP
%J {ra_deg:.7f} {dec_deg:+.7f} = 13 29 52.698  +47 11 42.93
%J.E [100.00 100.00 90] C 2006AJ....131.1163S
%I.0 {name}

#====Done (2026-Nov-24,21:00:00z)====
"""
NOTHING = "# {name}\t#Q1\n#=Sc=Simbad (via url):    0     1ms\n#!SN=Ned: *** Nothing found ***\n\n#====Done====\n"


class Sesame(ThreadingHTTPServer):
    """`known` places in degrees by lower-case name, and the names it was `asked` for; it fails at "broken"."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.known = {"m 51": (202.469575, 47.1952583)}
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/cgi-bin/nph-sesame/SNV?"


class Answer(BaseHTTPRequestHandler):
    server: Sesame

    def do_GET(self) -> None:
        name = unquote(self.path.rpartition("?")[2])
        self.server.asked.append(name)
        place = self.server.known.get(name.lower())
        text = FOUND.format(name=name, ra_deg=place[0], dec_deg=place[1]) if place else NOTHING.format(name=name)
        self.send_response(500 if name == "broken" else 200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        pass
