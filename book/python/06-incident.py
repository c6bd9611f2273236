import random

def megabytes():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * 4096 / 1e6

def nightly_report(sample):
    rows = [random.randbytes(15) for _ in range(1_000_000)]
    sample.extend(rows[::1000])

before, sample = megabytes(), []
for night in (1, 2, 3):
    nightly_report(sample)
    print(f"night {night}: {len(sample):5} rows kept,", end=" ")
    print("at least", int(megabytes() - before) // 20 * 20, "MB more than at the start")
