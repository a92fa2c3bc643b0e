"""FastAPI's first example. https://fastapi.tiangolo.com/tutorial/first-steps/"""

from fastapi import FastAPI  # type: ignore[import-not-found]  # installed by the bench alone

app = FastAPI()


@app.get("/healthz")  # type: ignore[untyped-decorator]  # as above
async def healthz() -> dict[str, str]:
    return {"status": "ok"}
