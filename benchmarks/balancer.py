"""What nginx does before two web nodes, small: each connection goes to the next node that answers.

In a process of its own, so that it costs the nodes nothing.
"""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context

from benchmarks import leash
from portal.lib import ports

CHUNK = 1 << 16


@contextmanager
def between(port: int, nodes: Sequence[int]) -> Iterator[None]:
    """Listen on ``port`` and pass on to the ports of ``nodes`` for the time of a block."""
    process = get_context("spawn").Process(target=_run, args=(port, tuple(nodes)), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _run(port: int, nodes: Sequence[int]) -> None:
    leash.follow()
    asyncio.run(_serve(port, nodes))


async def _serve(port: int, nodes: Sequence[int]) -> None:
    turn = itertools.cycle(range(len(nodes)))

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(turn)
        for node in (*nodes[first:], *nodes[:first]):
            with suppress(OSError):
                there, back = await asyncio.open_connection(ports.HOST, node)
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
                return
        writer.close()

    server = await asyncio.start_server(pass_on, ports.HOST, port)
    await server.serve_forever()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other is told so."""
    with suppress(OSError):
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
    target.close()
