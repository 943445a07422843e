"""Relays TCP connections to a port of this machine, and delays all data by a number of seconds.

Usage: relay.py PORT SECONDS        (prints the port that it listens on)
"""

import asyncio
import sys


async def carry(reader, writer, seconds):
    """Everything from 'reader' to 'writer', in order; the next is read while the last one waits."""
    loop = asyncio.get_running_loop()
    waiting = asyncio.Queue()

    async def give():
        while True:
            due, data = await waiting.get()
            await asyncio.sleep(max(due - loop.time(), 0))
            if not data:
                break
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    giving = asyncio.create_task(give())
    while data := await reader.read(1 << 18):
        waiting.put_nowait((loop.time() + seconds, data))
    waiting.put_nowait((loop.time() + seconds, b""))
    await giving


async def serve(port, seconds):
    async def connected(reader, writer):
        try:
            # The round trip that connecting takes on a real link.
            await asyncio.sleep(2 * seconds)
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(carry(reader, to_writer, seconds), carry(to_reader, writer, seconds))
            to_writer.close()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
