import gc, os, sys, tempfile

def kept():
    with tempfile.TemporaryFile("w+") as file:
        stderr = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(stderr, 2)
        os.close(stderr)
        file.seek(0)
        words = [line.split() for line in file if " free " in line and "bytes each" in line]
    return {name: int(count) for count, _, *rest in words for name in [" ".join(rest).split(" *")[0]]}

def show(when):
    print(f"{when:18}", {name: kept()[name] // 10 * 10 for name in ("PyFloatObjects", "3-sized PyTupleObjects")})

gc.disable()
gc.collect()
show("at first")
x = [(i, i, i + 0.5) for i in range(500)]
x = None
show("500 dropped")
gc.collect(1)
show("after collect(1)")
gc.collect()
show("after collect()")
