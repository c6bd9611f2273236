import gc, io, tokenize

looked, lived, times = [0, 0, 0], [0, 0, 0], [0, 0, 0]

def size(n):
    return len(gc.get_objects(generation=n))

def note(phase, info):
    global young, old
    n = info["generation"]
    target = min(n + 1, 2)
    if phase == "start":
        young, old = sum(size(k) for k in range(n + 1)), size(target) if n < 2 else 0
    else:
        times[n] += 1
        looked[n] += young
        lived[n] += size(target) - old

text = open(tokenize.__file__).read()
gc.collect()
gc.freeze()
gc.collect()
gc.callbacks.append(note)
results = []
for _ in range(12):
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    results.append({token.string: token for token in tokens})
gc.callbacks.remove(note)
for n in range(3):
    print(f"generation {n}: {times[n]} collections, "
          f"{100 * lived[n] / looked[n]:.0f} % of what they looked at lived")
