def handle(request, seen=None):
    if seen is None:
        seen = []
    seen.append(request)
    return len(seen)

print([handle(f"request {n}") for n in range(3)], handle.__defaults__)
