"""``finwatch evidence``: captures sealed, verified, shown and handed out as evidence."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.lake.evidence import Proof, Verification

app = typer.Typer(
    help="Captures as evidence: sealed under roots, time-stamped, verified offline, exported.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Capture = Annotated[
    str, typer.Argument(help="Id of a capture, as events and findings name it: <segment>#<offset>.", metavar="CAPTURE")
]


@app.command()
def seal(json: terminal.Json = False) -> None:
    """Give every complete segment its root, its place in the chain and its time stamp; ask again for pending stamps."""
    from finwatch.lake import open_lake
    from finwatch.lake.evidence import seal as sealing

    settings = terminal.settings()
    with terminal.progress() as progress:
        sealed = sealing(open_lake(settings.lake_address), settings, progress=progress)
    if json:
        sys.stdout.write(sealed.model_dump_json() + "\n")
        return
    typer.echo(
        f"sealed {len(sealed.batches)} segments with {sealed.records:,} records; "
        f"{len(sealed.stamped)} time stamps received, {len(sealed.pending)} pending"
    )
    if sealed.why:
        typer.echo(f"  {sealed.why} The roots are kept; run finwatch evidence seal again for their stamps.", err=True)
    if sealed.head is not None:
        typer.echo(f"head {sealed.number}:{sealed.head}")


@app.command()
def verify(
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Hash again only records of this day (UTC) or later."),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--head", help="A head that was noted elsewhere, NUMBER:SHA256 as seal printed it.")
    ] = None,
    payloads: Annotated[bool, typer.Option(help="Hash large payloads and certificates again too.")] = True,
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """Hash everything again, offline, and name what was altered. Exit code 0 whole, 1 altered, 2 not verifiable."""
    from finwatch.lake import open_lake
    from finwatch.lake.evidence import verify as verification

    settings = terminal.settings()
    with terminal.progress() as progress:
        found = verification(
            open_lake(settings.lake_address),
            settings,
            since=None if since is None else since.date(),
            note=note,
            payloads=payloads,
            progress=progress,
        )
    if json:
        sys.stdout.write(found.model_dump_json() + "\n")
    else:
        for line in _verdict(found, terminal.language_of(language)):
            typer.echo(line)
    raise typer.Exit(found.outcome.exit_code)


@app.command()
def show(capture: Capture, json: terminal.Json = False) -> None:
    """Show a capture's record and the proof that it stands in a sealed batch. Exit code 1 when it does not any more."""
    from finwatch.lake import open_lake
    from finwatch.lake.evidence import prove

    settings = terminal.settings()
    proof = prove(open_lake(settings.lake_address), settings, capture)
    if json:
        sys.stdout.write(proof.model_dump_json() + "\n")
    else:
        for line in _shown(proof):
            typer.echo(line)
    raise typer.Exit(0 if proof.whole else 1)


@app.command()
def export(
    capture: Capture,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The zip to write. Default: evidence-<segment>-<offset>.zip.")
    ] = None,
) -> None:
    """Write a zip with record, proof, root, stamp and certificates that sha256sum and openssl alone can check."""
    from finwatch.lake import open_lake
    from finwatch.lake.evidence.export import export as exporting

    settings = terminal.settings()
    target = out or Path(f"evidence-{capture.replace('.warc.gz', '').replace('#', '-').replace('/', '-')}.zip")
    proof = exporting(open_lake(settings.lake_address), settings, capture, target)
    typer.echo(f"{target}: {proof.response.record.url}, {proof.response.record.at}. {proof.stamp_said}")


_KINDS = {
    "record": "存档记录被改动",
    "payload": "内容块被改动或缺失",
    "segment": "存档分段缺失、变短或变长",
    "leaves": "记录清单被改动",
    "root": "批次根被改动",
    "stamp": "时间戳被改动或缺失",
    "batch": "批次缺失或错位",
    "head": "链尾被改动",
}


def _verdict(found: Verification, language: str) -> list[str]:
    """The verification as lines: what was altered first."""
    chinese = language == "zh"
    lines = []
    for one in found.alterations:
        title = f"{_KINDS[one.kind]}（批次 {one.batch}）" if chinese else f"ALTERED {one.kind}, batch {one.batch}"
        lines.append(f"{title}: {one.said}")
        if one.place:
            lines.append(f"  {one.place}")
    if found.more:
        lines.append(f"另有 {found.more:,} 处" if chinese else f"and {found.more:,} more")
    lines += [f"? {said}" for said in found.unproven]
    if chinese:
        verdict = {"whole": "完好", "altered": "已被改动", "unusable": "无法全部核验"}[found.outcome]
        lines.append(
            f"{verdict}：批次 {found.batches}（重算 {found.checked}），记录 {found.records:,}，"
            f"内容块 {found.payloads:,}，{found.bytes:,} 字节，"
            f"时间戳 {found.stamps}，待补 {len(found.pending)}，未封存分段 {found.unsealed}"
        )
    else:
        lines.append(
            f"{found.outcome}: {found.batches} batches ({found.checked} hashed again), {found.records:,} records, "
            f"{found.payloads:,} payloads, {found.bytes:,} bytes, {found.stamps} time stamps verified, "
            f"{len(found.pending)} pending, {found.unsealed} segments not sealed yet"
        )
    if found.head is not None:
        lines.append(f"head {found.number}:{found.head}")
    return lines


def _shown(proof: Proof) -> list[str]:
    """The proof as lines."""
    record, batch, capture = proof.response.record, proof.batch, proof.capture
    lines = [f"{record.url}", f"  captured   {record.at}"]
    if capture is None:
        lines.append("  the record cannot be read any more")
    else:
        lines += [
            f"  answer     {capture.status} {capture.content_type or ''} from {capture.peer}",
            f"  payload    {capture.payload_bytes:,} bytes, SHA-256 {capture.payload_sha256} ({capture.stored_as})",
            f"  TLS        {f'{capture.tls.protocol} {capture.tls.cipher}' if capture.tls else 'none'}",
        ]
        lines += [f"             certificate SHA-256 {one}" for one in (capture.tls.chain if capture.tls else ())]
    lines += [
        f"  record     {batch.segment}, byte {record.offset}, {record.length:,} bytes, SHA-256 {record.sha256}",
        f"  batch      {batch.number}, leaf {proof.response.index} of {batch.records}, "
        f"sealed {batch.sealed:%Y-%m-%d %H:%M:%S} UTC",
        f"  leaf       {record.leaf}",
    ]
    lines += [f"  {step.side:<10} {step.hash}" for step in proof.response.path]
    lines += [
        f"  root       {batch.root}",
        f"  stamp      {f'{proof.stamp.at:%Y-%m-%d %H:%M:%S} UTC, ' if proof.stamp else ''}{proof.stamp_said}",
        "  The record leads to the root." if proof.whole else "  ALTERED: the record does not lead to the root.",
    ]
    return lines
