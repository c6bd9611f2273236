import mmap


def resident():
    """The real memory of this process in MiB, rounded to 10."""
    pages = int(open("/proc/self/statm").read().split()[1])
    return round(pages * mmap.PAGESIZE / 2**20 / 10) * 10


print("a page has", mmap.PAGESIZE, "bytes")
start = resident()
room = mmap.mmap(-1, 100 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
print("asked for 100 MiB:  +", resident() - start, "MiB")
for page in range(0, 50 * 2**20, mmap.PAGESIZE):
    room[page] = 1
print("touched half of it: +", resident() - start, "MiB")
