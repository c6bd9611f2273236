import linecache, tracemalloc

cache = {}

def answer(number):
    text = f"item {number}"
    page = [text] * 20
    cache[number] = page[:10]
    return len(page)

tracemalloc.start()
before = tracemalloc.take_snapshot()
for number in range(5000):
    answer(number)
grown = tracemalloc.take_snapshot().compare_to(before, "lineno")
for line in grown[:3]:
    source = linecache.getline(__file__, line.traceback[0].lineno).strip()
    print(f"{line.count_diff // 1000:3} thousand blocks   {source}")
