"""One policy, from a file or an address to its reading: what ``finwatch policy`` and the checks of a release call."""

from __future__ import annotations

from pathlib import Path

from finwatch.errors import InputError
from finwatch.limits import POLICY, PolicyLimits
from finwatch.model.policy import PolicyText
from finwatch.model.statement import PolicyReading
from finwatch.policy import Grammar, read_policy_text, read_statements
from finwatch.settings import Settings

FETCH_SECONDS = 120.0


def read_policy(
    source: str, *, grammar: Grammar, settings: Settings | None = None, limits: PolicyLimits = POLICY
) -> tuple[PolicyText, PolicyReading]:
    """The text and the reading of the policy at ``source``, a path or an address.

    An address is visited politely (robots.txt, private addresses refused); its answer is not kept. Raises
    ``InputError`` for a file that cannot be opened, ``UnreadablePolicy`` for what holds no text, ``FetchError`` for a
    visit that failed.
    """
    if source.startswith(("http://", "https://")):
        if settings is None:
            raise InputError(f"{source} is an address; save the page and name the file.", zh=f"{source} 是网址。")
        import asyncio  # noqa: PLC0415 - only an address needs it

        data, content_type = asyncio.run(_fetch(source, settings, limits))
    else:
        data, content_type = _file(Path(source), limits), None
    policy = read_policy_text(data, name=source, content_type=content_type, limits=limits)
    return policy, read_statements(policy, grammar)


def _file(path: Path, limits: PolicyLimits) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limits.file_bytes + 1)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}).", zh=f"{path} 无法读取。", todo="Name a readable file."
        ) from error


async def _fetch(url: str, settings: Settings, limits: PolicyLimits) -> tuple[bytes, str | None]:
    import tempfile  # noqa: PLC0415

    from finwatch.crawl.fetch import Fetcher  # noqa: PLC0415 - only an address needs the network
    from finwatch.crawl.visit import Request  # noqa: PLC0415
    from finwatch.lake import open_lake  # noqa: PLC0415
    from finwatch.model.fetch import MarketId, Politeness  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="finwatch-policy-") as folder:
        lake = open_lake(folder)
        request = Request(MarketId("policy"), url, limits.file_bytes, FETCH_SECONDS, Politeness())
        async with Fetcher(settings, blobs=lake.blobs, captures=lake.captures) as fetcher:
            answer = await fetcher.page(request)
        body = answer.body if answer.body is not None else lake.blobs.read(answer.sha256)
        return body, answer.hop.get("content-type")
