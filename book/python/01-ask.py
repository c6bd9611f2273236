import mmap


def addresses():
    """How many bytes of addresses this process has."""
    return int(open("/proc/self/statm").read().split()[0]) * mmap.PAGESIZE


kept = [None] * 1_000_000
steps = []
before = addresses()
for i in range(1_000_000):
    kept[i] = object()
    if i % 1000 == 0 and (now := addresses()) != before:
        steps.append(now - before)
        before = now
print("asked the operating system fewer than 20 times:", len(steps) < 20)
print("bytes each time:", set(steps))
