import sys

def handle(request, seen=[]):
    seen.append(request)
    return len(seen)

for n in range(1, 3_001):
    count = handle(f"request {n}")
    if n % 1_000 == 0:
        print(f"after {n} requests: handled {count} of 1")

kept = handle.__defaults__[0]
print("kept:", len(kept), "strings in a list of", sys.getsizeof(kept), "bytes")
