"""TiTiler as its documentation serves it: run in an environment of its own, see tile_servers.py."""

from fastapi import FastAPI
from titiler.core.factory import TilerFactory

app = FastAPI()
app.include_router(TilerFactory().router)
