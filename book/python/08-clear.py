import gc, os, sys, tempfile

def kept(name):
    """What sys._debugmallocstats() says about a free list; it writes to stderr."""
    with tempfile.TemporaryFile("w+") as file:
        stderr = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(stderr, 2)
        os.close(stderr)
        file.seek(0)
        for line in file:
            if f"free {name}s" in line:
                return int(line.split()[0])

def show(when):
    floats, tuples = kept("PyFloatObject"), kept("3-sized PyTupleObject")
    print(f"{when:17} floats: {floats // 10 * 10:3}   tuples of 3: {tuples // 10 * 10:3}")

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
