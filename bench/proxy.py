#!/usr/bin/env python3
"""A TCP proxy that delays what passes, in each direction, and counts round trips.

A round trip begins when the client sends something after it was given something (or at its start). With a delay, all
that the client sends without waiting for an answer arrives here before that answer reaches it, however the kernel cuts
it into pieces: so pieces do not count, waits do. The handshake of TCP itself, one more on a real link, is not imitated.

As a program: proxy.py --listen PORT --to PORT --delay-ms MS; prints what it counted when it is interrupted.
"""

import argparse
import asyncio
import threading


class Count:
    def __init__(self) -> None:
        self.connections = 0
        self.round_trips = 0


class Link:
    """One connection: two directions, and who spoke last as the client sees it."""

    def __init__(self, delay_s: float, count: Count):
        self.delay_s, self.count, self.answered = delay_s, count, True
        count.connections += 1

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, from_client: bool) -> None:
        loop, queue = asyncio.get_running_loop(), asyncio.Queue()

        async def deliver() -> None:
            while (item := await queue.get()) is not None:
                due, piece = item
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not from_client:
                    self.answered = True
                writer.write(piece)
                await writer.drain()

        delivery = asyncio.create_task(deliver())
        try:
            try:
                while piece := await reader.read(65536):
                    if from_client and self.answered:
                        self.answered = False
                        self.count.round_trips += 1
                    queue.put_nowait((loop.time() + self.delay_s, piece))
            except ConnectionError:
                pass
            queue.put_nowait(None)
            try:
                await delivery
            except ConnectionError:
                pass
        finally:
            # Also when the proxy ends before a goodbye has arrived: the server must not keep the session.
            writer.close()


async def serve(listen: int, to: int, delay_s: float, count: Count) -> asyncio.Server:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", to)
        link = Link(delay_s, count)
        try:
            await asyncio.gather(link.carry(reader, server_writer, True), link.carry(server_reader, writer, False))
        except asyncio.CancelledError:
            pass  # the proxy ends; asyncio would print it as a failure

    return await asyncio.start_server(accept, "127.0.0.1", listen)


class Proxy:
    """The proxy in a thread: `with Proxy(port, 0.025) as proxy: … proxy.port … proxy.count`."""

    def __init__(self, to: int, delay_s: float):
        self.to, self.delay_s, self.count, self.port = to, delay_s, Count(), 0
        self.loop, self.ready = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(serve(0, self.to, self.delay_s, self.count))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        # Clients that went away without a word left their links waiting.
        waiting = asyncio.all_tasks(self.loop)
        for task in waiting:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        self.loop.run_until_complete(asyncio.sleep(0))  # closes what was said to be closed

    def __enter__(self) -> "Proxy":
        self.thread.start()
        if not self.ready.wait(10):
            raise TimeoutError("the proxy did not start")
        return self

    def __exit__(self, *_) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--delay-ms", type=float, default=25, help="in each direction (25)")
    options, count = parser.parse_args(), Count()
    server = await serve(options.listen, options.to, options.delay_ms / 1000, count)
    try:
        await server.serve_forever()
    finally:
        print(f"{count.connections} connections, {count.round_trips} round trips")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
