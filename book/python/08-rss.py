import sys

def resident():
    """The real memory of this process, in pages."""
    return int(open("/proc/self/statm").read().split()[1])

blocks, pages = sys.getallocatedblocks(), resident()
objects = [bytes(15) for _ in range(1_000_000)]
more_blocks, more_pages = sys.getallocatedblocks() - blocks, resident() - pages
objects = objects[::1000]
print(f"blocks left: {(sys.getallocatedblocks() - blocks) / more_blocks:.0%}")
print(f"real memory left: {(resident() - pages) / more_pages:.1f} of it")
