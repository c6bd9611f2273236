import asyncio, gc

class Request:
    def __init__(self):
        self.session = [self]

def serve():
    Request()

async def serve_async():
    Request()
    await asyncio.sleep(0)

async def service():
    for _ in range(20_000):
        await serve_async()

def measure(name, work):
    gc.collect()
    before = [s["collected"] for s in gc.get_stats()]
    work()
    gc.collect()
    found = sum(s["collected"] for s in gc.get_stats()) - sum(before)
    print(f"{name:6} {found // 100 * 100} found dead")

measure("sync", lambda: [serve() for _ in range(20_000)])
measure("async", lambda: asyncio.run(service()))
